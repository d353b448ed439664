"""What the user set for a connection, from host data and configuration."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paramiko import PKey, SSHClient
from pyinfra.api.exceptions import ConnectError
from pyinfra.api.hiddenvalue import remember_secret

from ._host_keys import CHOICES

_NOT_USED = {"transport_factory"}
PROTOCOLS = ("sftp", "scp")


@dataclass
class Settings:
    """One host's settings; None where ssh_config or a default decides.

    Attributes:
        host: the name to look up in ssh_config and to connect to.
        prefix: what a line of the log starts with.
        timeout: seconds that each step of connecting may take.
        key_files: private keys named by the user.
        keys: private keys given as such.
        strict: one of `CHOICES`; None for ssh_config's or `default_strict`.
        default_strict: one of `CHOICES`.
        options: paramiko's keyword arguments that have no other place here.
    """

    host: str
    prefix: str = ""
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    key_files: list[Path] = field(default_factory=list)
    keys: list[PKey] = field(default_factory=list)
    passphrase: str | None = field(default=None, repr=False)
    allow_agent: bool = True
    look_for_keys: bool = True
    forward_agent: bool = False
    config_file: str | None = None
    known_hosts_file: str | None = None
    strict: str | None = None
    default_strict: str = "accept-new"
    timeout: float | None = None
    default_timeout: float = 10
    retries: int = 0
    retry_delay: tuple[float, float] = (0.1, 0.5)
    protocol: str | None = None
    options: dict[str, Any] = field(default_factory=dict, repr=False)


def settings_from_data(
    data: Mapping[str, Any], name: str, prefix: str, timeout: float, folder: Path, given: set[str]
) -> Settings:
    """Read a host's settings.

    Args:
        data: the connector's data, defaults filled in.
        name: the host's name in the inventory.
        prefix: what a line of the log starts with.
        timeout: seconds that each step of connecting may take.
        folder: what a relative `ssh_key` is relative to.
        given: the keys that the host's data has, and that are no defaults.

    Returns:
        The settings.

    Raises:
        ConnectError: a value is none of its choices.
    """
    strict = _choice(data, "ssh_strict_host_key_checking", CHOICES)
    settings = Settings(
        host=data.get("ssh_hostname") or name,
        prefix=prefix,
        port=data.get("ssh_port"),
        user=data.get("ssh_user"),
        password=data.get("ssh_password"),
        passphrase=data.get("ssh_key_password"),
        allow_agent=data.get("ssh_allow_agent") is not False,
        look_for_keys=data.get("ssh_look_for_keys") is not False,
        forward_agent=bool(data.get("ssh_forward_agent")),
        config_file=data.get("ssh_config_file"),
        known_hosts_file=data.get("ssh_known_hosts_file"),
        strict=strict if "ssh_strict_host_key_checking" in given else None,
        default_strict=strict or "accept-new",
        default_timeout=timeout,
        retries=data.get("ssh_connect_retries") or 0,
        retry_delay=_delay(data),
        protocol=_choice(data, "ssh_file_transfer_protocol", PROTOCOLS),
    )
    if data.get("ssh_key"):
        settings.key_files.append(_key_path(data["ssh_key"], folder))
    _apply_paramiko(settings, data.get("ssh_paramiko_connect_kwargs") or {}, folder)
    return settings


def _choice(data: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> str | None:
    value = data.get(key)
    if value is not None and value not in choices:
        raise ConnectError(f"{key} must be one of {', '.join(choices)}, not {value!r}")
    return value


def _delay(data: Mapping[str, Any]) -> tuple[float, float]:
    least = data.get("ssh_connect_retry_min_delay")
    most = data.get("ssh_connect_retry_max_delay")
    least = 0.1 if least is None else least
    most = 0.5 if most is None else most
    if not 0 <= least <= most:
        raise ConnectError(
            f"ssh_connect_retry_min_delay ({least}) must not be negative or above ssh_connect_retry_max_delay ({most})"
        )
    return least, most


def _key_path(value: str, folder: Path) -> Path:
    path = Path(value).expanduser()
    if not path.is_absolute() and (folder / path).exists():
        return folder / path
    return path


def _apply_paramiko(settings: Settings, kwargs: Mapping[str, Any], folder: Path) -> None:
    known = set(inspect.signature(SSHClient.connect).parameters) - {"self"} - _NOT_USED
    unknown = sorted(set(kwargs) - known)
    if unknown:
        raise ConnectError(
            f"ssh_paramiko_connect_kwargs: {', '.join(unknown)} can't be used (known: {', '.join(sorted(known))})"
        )
    rest = dict(kwargs)
    names = {
        "hostname": "host", "username": "user", "port": "port", "password": "password", "passphrase": "passphrase",
        "allow_agent": "allow_agent", "look_for_keys": "look_for_keys", "timeout": "timeout",
    }  # fmt: skip
    for theirs, ours in names.items():
        if theirs in rest:
            setattr(settings, ours, rest.pop(theirs))
    for secret in ("password", "passphrase"):
        remember_secret(kwargs.get(secret))
    if rest.get("pkey") is not None:
        settings.keys.append(rest.pop("pkey"))
    files = rest.pop("key_filename", None) or []
    settings.key_files += [_key_path(file, folder) for file in ([files] if isinstance(files, str) else files)]
    settings.options = rest
