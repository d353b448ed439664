"""Programs on a host that tell sudo and su a password, for connectors that pass on no stdin.

The program's file is made empty and private first and filled after, so that at no time anybody else can read it.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Mapping
from io import StringIO
from typing import TYPE_CHECKING, Any

from pyinfra.api.command import QuoteString, StringCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.hiddenvalue import HiddenValue

if TYPE_CHECKING:
    from pyinfra.api.host import Host

_KINDS = {"_sudo_password": "_sudo_askpass_path", "_su_password": "_su_askpass_path"}


def askpass_paths(host: Host, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Give the askpass programs that a command needs, placing those that are not there yet.

    Args:
        host: the host, connected.
        arguments: the command's connector arguments.

    Returns:
        Arguments for `make_unix_command`: `_sudo_askpass_path` and `_su_askpass_path`, those that are needed.
    """
    paths = {}
    for key, path_key in _KINDS.items():
        password = arguments.get(key)
        needed = arguments.get("_sudo") if key == "_sudo_password" else arguments.get("_su_user")
        if password and needed:
            secret = password.raw_value if isinstance(password, HiddenValue) else str(password)
            paths[path_key] = _place(host, key, secret, arguments.get("_temp_dir"))
    return paths


def _place(host: Host, key: str, password: str, temp_dir: str | None) -> str:
    known: dict[tuple[str, str], str] = host.connector_data.setdefault("askpass", {})
    if (key, password) not in known:
        folder = temp_dir or host.get_temp_dir_config()
        path = f"{folder}/pyinfra-askpass-{secrets.token_hex(8)}"
        made, _ = host.connector.run_shell_command(
            StringCommand("umask 077 && set -C && : >", QuoteString(path), "&& chmod 700", QuoteString(path)),
            print_output=False,
            print_input=False,
        )
        program = f"#!/bin/sh\nprintf '%s\\n' {shlex.quote(password)}\n"
        if not made or not host.connector.put_file(StringIO(program), path):
            raise PyinfraError(f"could not place a private file for a password in {folder}")
        known[key, password] = path
    return known[key, password]


def remove_askpass(host: Host) -> None:
    """Remove the programs that were placed on a host."""
    for path in host.connector_data.pop("askpass", {}).values():
        host.connector.run_shell_command(
            StringCommand("rm", "-f", QuoteString(path)), print_output=False, print_input=False
        )
