"""How a command reaches its shell: worded with its privileges, and its secrets kept off every command line.

A process list shows each command line to every user of a host. So a command that holds a secret, and a password that
sudo or su asks for, travel on stdin: each layer of privileges starts a shell that reads lines up to a random token,
one password before it and the command after.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyinfra.api.command import HiddenValue, QuoteString, StringCommand
from pyinfra.api.exceptions import PyinfraError

# Reads lines up to the token: what a sudo that did not ask has left of its password.
_SKIP = 'l=; until [ "$l" = {0} ]; do IFS= read -r l || exit 126; done; '
# Reads the command's own text, then runs it with what is left of stdin. Lines are gathered by the hundred: adding each
# to the whole would take a time that grows with its square.
_TAKE = (
    "c=; k=; n=0; while IFS= read -r l || exit 126; [ \"$l\" != {0} ]; do k=$k$l'\n'; n=$((n+1)); "
    'case $n in *00) c=$c$k; k=;; esac; done; unset l n; eval "unset c k; $c$k"'
)
# Linux takes no longer argument than 128 KiB; quotes within quotes make a text longer on its way.
_LONGEST_ARGUMENT = 48 * 1024
# What sudo -i hands on as it is.
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 /._-=:,+@")


@dataclass
class Delivery:
    """What a connector runs.

    Attributes:
        command: the command line, free of secrets.
        stdin: what goes to its stdin before the command's own input; it holds secrets, so it is not shown.
    """

    command: StringCommand
    stdin: bytes = field(repr=False)


def wrap_command(command: StringCommand, arguments: Mapping[str, Any]) -> StringCommand:
    """Word a command with everything that its arguments ask for, as one command line.

    Args:
        command: the command.
        arguments: connector arguments; `_sudo_askpass_path` and `_su_askpass_path` name programs that tell passwords.

    Returns:
        The command line.
    """
    wrapped = _in_shell(command, arguments)
    for layer in _layers(arguments):
        wrapped = layer.wrap(wrapped)
    return wrapped


def deliver(command: StringCommand, arguments: Mapping[str, Any]) -> Delivery:
    """Word a command for a connector that has a stdin, keeping every secret off the command line.

    Args:
        command: the command.
        arguments: connector arguments.

    Returns:
        The command line, and what its stdin must begin with.

    Raises:
        PyinfraError: the command holds a NUL character, which a shell that reads it would drop.
    """
    body = _with_surroundings(command, arguments)
    shell = arguments.get("_shell_executable") or "sh"
    stdin: list[str] = []
    text = body.get_raw_value()
    if "\0" in text:
        raise PyinfraError("a command can't hold a NUL character")
    if text == body.get_masked_value() and len(text.encode("utf-8", "surrogateescape")) < _LONGEST_ARGUMENT:
        wrapped = StringCommand(shell, "-c", QuoteString(body))
    else:
        token = secrets.token_hex(8)
        wrapped = StringCommand(shell, "-c", QuoteString(_TAKE.format(token)))
        stdin = [text, token]
    for layer in _layers(arguments):
        if layer.password is not None:
            token = secrets.token_hex(8)
            wrapped = StringCommand(
                "sh", "-c", QuoteString(StringCommand(_SKIP.format(token), "exec", wrapped))
            )
            stdin = [layer.password, token, *stdin]
        wrapped = layer.wrap(_plain(wrapped) if layer.logs_in else wrapped)
    lines = "".join(f"{line}\n" for line in stdin)
    return Delivery(wrapped, lines.encode("utf-8", "surrogateescape"))


def _plain(command: StringCommand) -> StringCommand:
    """Word a command for `sudo -i`, which leaves `$` for the login shell to expand, and drops newlines."""
    text = command.get_raw_value()
    if "$" not in text and "\n" not in text:
        return command
    octal = "".join(
        chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in text.encode("utf-8", "surrogateescape")
    )
    return StringCommand("sh", "-c", QuoteString(f"eval \"`printf '{octal}'`\""))


def _with_surroundings(command: StringCommand, arguments: Mapping[str, Any]) -> StringCommand:
    bits: list[Any] = []
    if chdir := arguments.get("_chdir"):
        bits += ["cd", QuoteString(f"./{chdir}" if chdir.startswith("-") else chdir), "&&"]
    if env := arguments.get("_env"):
        bits.append("export")
        bits += [QuoteString(StringCommand(name, "=", value, _separator="")) for name, value in env.items()]
        bits.append("&&")
    return StringCommand(*bits, command)


def _in_shell(command: StringCommand, arguments: Mapping[str, Any]) -> StringCommand:
    body = _with_surroundings(command, arguments)
    shell = arguments.get("_shell_executable", "sh")
    return StringCommand(shell, "-c", QuoteString(body)) if shell else body


@dataclass
class _Layer:
    """One program that gives privileges."""

    bits: list[Any]
    password: str | None = field(default=None, repr=False)
    takes_one_word: bool = False
    logs_in: bool = False

    def wrap(self, command: StringCommand) -> StringCommand:
        inner: Any = QuoteString(command) if self.takes_one_word else command
        return StringCommand(*self.bits, inner)


def _layers(arguments: Mapping[str, Any]) -> list[_Layer]:
    """The programs that give privileges, innermost first."""
    makers = (_su, _sudo, _dzdo, _doas)
    return [layer for make in makers if (layer := make(arguments)) is not None]


def _secret(value: object) -> str | None:
    if isinstance(value, HiddenValue):
        value = value.raw_value
    return str(value) if value else None


def _su(arguments: Mapping[str, Any]) -> _Layer | None:
    user = arguments.get("_su_user")
    if not user:
        return None
    bits: list[Any] = ["su"]
    if arguments.get("_use_su_login"):
        bits.append("-l")
    if arguments.get("_preserve_su_env"):
        bits.append("-m")
    if shell := arguments.get("_su_shell"):
        bits += ["-s", StringCommand("$(command -v ", QuoteString(shell), ")", _separator="")]
    if askpass := arguments.get("_su_askpass_path"):
        bits = [QuoteString(askpass), "|", *bits]
    bits += [QuoteString(user), "-c"]
    password = None if askpass else _secret(arguments.get("_su_password"))
    return _Layer(bits, password, takes_one_word=True)


def _sudo(arguments: Mapping[str, Any]) -> _Layer | None:
    if not arguments.get("_sudo"):
        return None
    password = _secret(arguments.get("_sudo_password"))
    askpass = arguments.get("_sudo_askpass_path")
    if askpass:
        bits: list[Any] = ["env", StringCommand("SUDO_ASKPASS=", QuoteString(askpass), _separator="")]
        bits += ["sudo", "-H", "-A", "-k"]
    elif password is not None:
        bits = ["sudo", "-H", "-S", "-k", "-p", QuoteString("")]
    else:
        bits = ["sudo", "-H", "-n"]
    if arguments.get("_use_sudo_login"):
        bits.append("-i")
    if arguments.get("_preserve_sudo_env"):
        bits.append("-E")
    bits += _user_option(arguments.get("_sudo_user"))
    return _Layer(bits, None if askpass else password, logs_in=bool(arguments.get("_use_sudo_login")))


def _dzdo(arguments: Mapping[str, Any]) -> _Layer | None:
    if not arguments.get("_dzdo"):
        return None
    return _Layer(["dzdo", "-H", "-n", *_user_option(arguments.get("_dzdo_user"))])


def _doas(arguments: Mapping[str, Any]) -> _Layer | None:
    if not arguments.get("_doas"):
        return None
    return _Layer(["doas", "-n", *_user_option(arguments.get("_doas_user"))])


def _user_option(user: str | None) -> list[Any]:
    return ["-u", QuoteString(user)] if user else []
