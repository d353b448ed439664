"""The configuration of a run: its keys, their defaults and what they require."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any, Literal, get_type_hints

from ._types import fits, written
from .exceptions import ConfigError, PyinfraError
from .hiddenvalue import HiddenValue  # noqa: TC001 - the hints are resolved at run time


class ConfigDefaults:
    """Every config key with its type and default; keys of pyinfra 3 keep their meaning."""

    # % of hosts that may fail before the run ends
    FAIL_PERCENT: int | float | None = None
    # Seconds to wait for a connection
    CONNECT_TIMEOUT: int | float = 10
    # Folder for temporary files on hosts; None asks the host, DEFAULT_TEMP_DIR where it has none to tell
    TEMP_DIR: str | None = None
    DEFAULT_TEMP_DIR: str = "/tmp"  # noqa: S108 - a folder on the host
    # Hosts worked on at once; 0 for as many as there are
    PARALLEL: int = 0
    # PEP 440 specifier of the pyinfra that the deploy needs, and a requirements file or list to check
    REQUIRE_PYINFRA_VERSION: str | None = None
    REQUIRE_PACKAGES: str | Sequence[str] | None = None
    # How commands gain privileges
    SU_USER: str | None = None
    USE_SU_LOGIN: bool = False
    SU_SHELL: bool | str = False
    PRESERVE_SU_ENV: bool = False
    SU_PASSWORD: str | HiddenValue | None = None
    SUDO: bool = False
    SUDO_USER: str | None = None
    PRESERVE_SUDO_ENV: bool = False
    USE_SUDO_LOGIN: bool = False
    SUDO_PASSWORD: str | HiddenValue | None = None
    DOAS: bool = False
    DOAS_USER: str | None = None
    DZDO: bool = False
    DZDO_USER: str | None = None
    # An operation's failure does not fail its host
    IGNORE_ERRORS: bool = False
    # The shell that runs commands
    SHELL: str = "sh"
    # Show what changes inside files
    DIFF: bool = False
    # How often a failed operation is tried again, and the seconds between
    RETRY: int = 0
    RETRY_DELAY: int | float = 5
    # Names of environment variables of this machine that commands get
    INHERIT_ENV: Sequence[str] = ()
    # Send the fact requests of a host together; False asks each alone, in order
    BATCH: bool = True
    # Keep what a deploy asks its hosts in the user's cache, so that its next run asks it all at once
    HINTS: bool = True
    # A fact's binary missing during execute: "default" warns and uses the fact's default, "raise" raises
    FACT_MISSING_COMMAND: Literal["default", "raise"] = "default"


config_defaults: dict[str, Any] = {key: value for key, value in vars(ConfigDefaults).items() if key.isupper()}
_hints = get_type_hints(ConfigDefaults)


def check_pyinfra_version(version: str) -> None:
    """Refuse a deploy that needs another pyinfra.

    Args:
        version: a PEP 440 specifier, such as `>=3,<4`; a bare version means exactly that one.

    Raises:
        ConfigError: this pyinfra does not fit.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    from pyinfra import __version__

    try:
        wanted = SpecifierSet(version if not version[:1].isdigit() else f"=={version}")
    except InvalidSpecifier as error:
        raise ConfigError(f"REQUIRE_PYINFRA_VERSION: {version!r} is not a version specifier") from error
    if not wanted.contains(__version__, prereleases=True):
        raise ConfigError(f"this deploy needs pyinfra {version}, installed is {__version__}")


def check_require_packages(requirements_config: str | Sequence[str]) -> None:
    """Refuse a deploy whose Python packages are not installed.

    Args:
        requirements_config: the path of a requirements file, or a list of requirements.

    Raises:
        ConfigError: a package is missing or has another version.
    """
    from pathlib import Path

    if isinstance(requirements_config, str):
        try:
            text = Path(requirements_config).read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                f"REQUIRE_PACKAGES: {requirements_config} can't be read: {error.strerror}"
            ) from error
        lines: Iterable[str] = text.replace("\\\n", " ").splitlines()
    else:
        lines = requirements_config
    unmet = [problem for line in lines if (problem := _unmet(line))]
    if unmet:
        raise ConfigError("the deploy's Python packages are not as it needs them: " + "; ".join(unmet))


def _unmet(line: str) -> str | None:
    from importlib import metadata

    from packaging.requirements import InvalidRequirement, Requirement

    # What pip reads beside the requirement: a comment, and options such as the hashes of a lock file.
    text = re.split(r"(?:^|\s)(?:#|--)", line, maxsplit=1)[0].strip()
    if not text or text.startswith("-"):
        return None
    try:
        wanted = Requirement(text)
    except InvalidRequirement as error:
        raise ConfigError(f"REQUIRE_PACKAGES: {text!r} is not a requirement: {error}") from error
    if wanted.marker and not wanted.marker.evaluate():
        return None
    try:
        installed = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return f"{text} is not installed"
    if not wanted.specifier.contains(installed, prereleases=True):
        return f"{text} is needed, installed is {installed}"
    return None


config_checkers: dict[str, Callable[[Any], None]] = {
    "REQUIRE_PYINFRA_VERSION": check_pyinfra_version,
    "REQUIRE_PACKAGES": check_require_packages,
}


class Config(ConfigDefaults):
    """The configuration of one run.

    Keys are attributes in upper case. A deploy file may set them; what it sets ends with the file.

    Args:
        **kwargs: keys to set.

    Raises:
        ConfigError: a key is unknown, or has a value of the wrong type.
    """

    def __init__(self, **kwargs: Any) -> None:
        unknown = sorted(set(kwargs) - set(config_defaults))
        if unknown:
            raise ConfigError(f"unknown config: {', '.join(unknown)} (known: {', '.join(config_defaults)})")
        self.__dict__.update(config_defaults)
        self.__dict__.update(kwargs)
        self._locked: tuple[tuple[str, Any], ...] = ()
        for key, value in kwargs.items():
            self._check(key, value)

    def __setattr__(self, key: str, value: Any) -> None:
        if key.isupper():
            self._check(key, value)
        self._replace({key: value})

    def __delattr__(self, key: str) -> None:
        if key not in vars(self):
            raise AttributeError(key)
        kept = dict(vars(self))
        del kept[key]
        object.__setattr__(self, "__dict__", kept)

    def _replace(self, changed: dict[str, Any]) -> None:
        # Never in place: copies share the values until one of them changes.
        object.__setattr__(self, "__dict__", {**vars(self), **changed})

    @staticmethod
    def _check(key: str, value: Any) -> None:
        hint = _hints.get(key, Any)
        if value is not None and not fits(value, hint):
            # A password of the wrong type is a password still.
            given = f"a {type(value).__name__}" if key.endswith("PASSWORD") else repr(value)
            raise ConfigError(f"config {key} must be {written(hint)}, not {given}")
        checker = config_checkers.get(key)
        if checker is not None and value is not None:
            checker(value)

    def get_current_state(self) -> list[tuple[str, Any]]:
        """Give every key and its value, to be set again later."""
        return [(key, copy(getattr(self, key))) for key in config_defaults]

    def set_current_state(self, config_state: Iterable[tuple[str, Any]]) -> None:
        """Set keys to the values that `get_current_state` gave."""
        self._replace({key: copy(value) for key, value in config_state})

    def lock_current_state(self) -> None:
        """Remember the values as they are, for `reset_locked_state`."""
        self._locked = tuple(self.get_current_state())

    def reset_locked_state(self) -> None:
        """Set every key to what it was at `lock_current_state`."""
        self.set_current_state(self._locked)

    def copy(self) -> Config:
        """Give a copy that changes by itself."""
        made = Config.__new__(Config)
        # Each operation on each host has one: what can't change is shared.
        values = vars(self)
        changing = {key: copy(value) for key, value in values.items() if type(value) in _CHANGING}
        object.__setattr__(made, "__dict__", {**values, **changing} if changing else values)
        return made


_CHANGING = (list, dict, set)


__all__ = ["Config", "ConfigDefaults", "PyinfraError", "config_checkers", "config_defaults"]
