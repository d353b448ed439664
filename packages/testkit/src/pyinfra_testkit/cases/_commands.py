"""What an operation yields, as a case file writes it."""

from __future__ import annotations

from typing import Any

from pyinfra.api import FileDownloadCommand, FileUploadCommand, FunctionCommand, RsyncCommand, StringCommand

from pyinfra_testkit.cases._values import to_data


def command_text(command: StringCommand) -> Any:
    """Write a shell command: its text, or `{raw: …, masked: …}` where a secret makes these differ."""
    raw, masked = command.get_raw_value(), command.get_masked_value()
    return raw if raw == masked else {"raw": raw, "masked": masked}


def command_data(command: Any) -> Any:
    """Write a command as a case file does.

    Args:
        command: What an operation yielded: a str, or any of the command classes of `pyinfra.api`.

    Returns:
        A shell command's text; `["upload", content or path, dest]`; `["download", src, dest]`;
        `["rsync", src, dest, flags]`; `[function's name, args, kwargs]`. A command with connector arguments
        of its own is a mapping of these and `command`.

    Raises:
        TypeError: It is no command.
    """
    if isinstance(command, str):
        return command.strip()
    written = _written(command)
    if command.connector_arguments:
        return {**to_data(dict(command.connector_arguments)), "command": written}
    return written


def _written(command: Any) -> Any:
    if isinstance(command, StringCommand):
        return command_text(command)
    if isinstance(command, FileUploadCommand):
        return ["upload", _content(command.src), str(command.dest)]
    if isinstance(command, FileDownloadCommand):
        return ["download", str(command.src), str(command.dest)]
    if isinstance(command, RsyncCommand):
        return ["rsync", str(command.src), str(command.dest), list(command.flags)]
    if isinstance(command, FunctionCommand):
        name = getattr(command.function, "__name__", str(command.function))
        return [name, to_data(list(command.args)), to_data(dict(command.kwargs))]
    raise TypeError(f"an operation yields commands, not {type(command).__name__}: {command!r}")


def _content(source: Any) -> str:
    if not hasattr(source, "read"):
        return str(source)
    source.seek(0)
    content = source.read()
    return content.decode() if isinstance(content, bytes) else str(content)
