"""What the command line's options mean for a run: its configuration, and data that every host gets."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyinfra.api import Config
from pyinfra.api.config import config_defaults
from pyinfra.api.hiddenvalue import remember_secret
from pyinfra.context import ctx_config

from .exceptions import CliError
from .util import exec_file, parse_value, split_keyword

SSH_DATA = ("ssh_user", "ssh_port", "ssh_key", "ssh_key_password", "ssh_password")
CONFIG_OPTIONS = {
    "sudo": "SUDO",
    "sudo_user": "SUDO_USER",
    "use_sudo_login": "USE_SUDO_LOGIN",
    "su_user": "SU_USER",
    "dzdo": "DZDO",
    "dzdo_user": "DZDO_USER",
    "shell_executable": "SHELL",
    "parallel": "PARALLEL",
    "fail_percent": "FAIL_PERCENT",
    "diff": "DIFF",
}


@dataclass
class Options:
    """The options of the command line, as `pyinfra --help` describes them."""

    verbosity: int = 0
    dry: bool = False
    diff: bool = False
    yes: bool = False
    limit: Sequence[str] = ()
    exclude: Sequence[str] = ()
    fail_percent: int | None = None
    data: Sequence[str] = ()
    group_data: Sequence[str] = ()
    config: str = "config.py"
    chdir: str | None = None
    sudo: bool = False
    sudo_user: str | None = None
    same_sudo_password: bool = False
    use_sudo_password: bool = False
    use_sudo_login: bool = False
    su_user: str | None = None
    dzdo: bool = False
    dzdo_user: str | None = None
    shell_executable: str | None = None
    parallel: int | None = None
    no_wait: bool = False
    serial: bool = False
    no_batch: bool = False
    retry: int = 0
    retry_delay: int = 5
    ssh_user: str | None = None
    ssh_port: int | None = None
    ssh_key: str | None = None
    ssh_key_password: str | None = None
    ssh_password: str | None = None
    ssh_password_prompt: bool = False
    as_json: bool = False
    report: Sequence[str] = ()
    debug: bool = False
    debug_all: bool = False
    debug_facts: bool = False
    debug_operations: bool = False


def make_config(options: Options) -> Config:
    """Make the configuration of a run, of its config file and the options that stand above it."""
    config = Config()
    path = Path(options.config)
    if path.is_file():
        with ctx_config.use(config):
            names = exec_file(path, "config")
        for key, value in names.items():
            if key in config_defaults:
                setattr(config, key, value)
    elif options.config != "config.py":
        raise CliError(f"config file {options.config}: no such file")
    for option, key in CONFIG_OPTIONS.items():
        value = getattr(options, option)
        if value not in (None, False):
            setattr(config, key, value)
    if options.retry:
        config.RETRY, config.RETRY_DELAY = options.retry, options.retry_delay
    if options.no_batch:
        config.BATCH = False
    return config


def override_data(options: Options) -> dict[str, Any]:
    """Give the data that stands above that of the inventory."""
    data: dict[str, Any] = {}
    for written in options.data:
        pair = split_keyword(written)
        if pair is None:
            raise CliError(f"--data {written}: write KEY=VALUE")
        data[pair[0]] = parse_value(pair[1])
    if options.ssh_password_prompt:
        data["ssh_password"] = prompt("SSH password")
    for key in SSH_DATA:
        if (value := getattr(options, key)) is not None:
            data[key] = value
    return data


def prompt(what: str) -> str:
    """Ask the person at the terminal for a secret."""
    import getpass

    if not sys.stdin.isatty():
        raise CliError(f"the {what} can't be asked for: there is no terminal")
    secret = getpass.getpass(f"{what}: ")
    remember_secret(secret)
    return secret
