"""Copying trees with this machine's rsync, over an ssh of its own."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import PyinfraError

if TYPE_CHECKING:
    from ._target import Target


def rsync_command(
    target: Target, src: str, dest: str, flags: Iterable[str], arguments: Mapping[str, Any]
) -> StringCommand:
    """Word an rsync command.

    Args:
        target: the host.
        src: the local path.
        dest: the path on the host.
        flags: rsync's flags.
        arguments: connector arguments, of which `_sudo` and `_sudo_user` are used.

    Returns:
        The command line, for this machine's shell.

    Raises:
        PyinfraError: an argument asks for what rsync can't do.
    """
    for key in ("_su_user", "_doas", "_dzdo", "_sudo_password"):
        if arguments.get(key):
            raise PyinfraError(f"rsync can't be used with {key}; only _sudo without a password can")
    remote: list[Any] = []
    if arguments.get("_sudo"):
        user = arguments.get("_sudo_user")
        program = StringCommand("sudo", "-n", *(("-u", QuoteString(user)) if user else ()), "rsync")
        remote = ["--rsync-path", QuoteString(program)]
    host = f"[{target.host}]" if ":" in target.host else target.host
    return StringCommand(
        "rsync",
        *(QuoteString(flag) for flag in flags),
        "-e",
        QuoteString(shlex.join(_ssh(target))),
        *remote,
        "--",
        QuoteString(f"./{src}" if ":" in src.split("/", 1)[0] else src),
        QuoteString(f"{target.user}@{host}:{dest}"),
    )


def _ssh(target: Target) -> list[str]:
    """The ssh that rsync starts: it must reach the same host in the same way, and ask nobody anything."""
    settings, policy = target.settings, target.policy
    strict = "yes" if policy.strict == "ask" else "no" if policy.strict == "off" else policy.strict
    words = ["ssh", "-p", str(target.port), "-o", "BatchMode=yes", "-o", f"StrictHostKeyChecking={strict}"]
    words += ["-o", f"ConnectTimeout={max(1, round(target.timeout))}"]
    if settings.config_file:
        words += ["-F", settings.config_file]
    if settings.known_hosts_file:
        words += ["-o", f"UserKnownHostsFile={policy.files[0]}"]
    for path in settings.key_files:
        words += ["-i", str(path)]
    if target.jumps:
        words += ["-J", ",".join(target.jumps)]
    elif target.proxy_command:
        words += ["-o", f"ProxyCommand={target.proxy_command}"]
    if policy.bare_name != target.host.lower():
        words += ["-o", f"HostKeyAlias={policy.bare_name}"]
    return words
