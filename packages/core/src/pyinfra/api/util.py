"""What core, operations and facts share. Local files are read here and nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from inspect import getframeinfo, stack
from os import PathLike, fspath, stat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

from .command import StringCommand
from .exceptions import OperationError
from .output import echo, printable

if TYPE_CHECKING:
    from inspect import Traceback
    from types import TracebackType

    from pyinfra.connectors.util import CommandOutput

    from .host import Host
    from .state import State

F = TypeVar("F", bound=Callable[..., Any])

BLOCKSIZE = 65536


def try_int(value: Any) -> Any:
    """Give an int where the value is one written down, else the value."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return value


def memoize(func: F) -> F:
    """Remember what a function returned for each list of arguments, for the length of the process.

    Args:
        func: a function whose arguments all have a `repr` that tells them apart.

    Returns:
        The function, with its answers in a `cache` attribute.
    """
    cache: dict[str, Any] = {}

    @wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        key = repr((args, sorted(kwargs.items())))
        if key not in cache:
            cache[key] = func(*args, **kwargs)
        return cache[key]

    wrapper.cache = cache  # type: ignore[attr-defined]
    return cast("F", wrapper)


def get_kwargs_str(kwargs: dict[Any, Any]) -> str:
    """Write keyword arguments in the way that output and test cases show them: `a=1, b=x`, sorted by name.

    Args:
        kwargs: the arguments; `self`, `state` and `host`, which a bound call has beside its own, are left out.

    Returns:
        The text.
    """
    return ", ".join(f"{key}={kwargs[key]}" for key in sorted(kwargs.keys() - {"self", "state", "host"}))


def make_hash(obj: Any) -> str:
    """Give a hash that is the same for equal values in every process.

    Args:
        obj: a str, number, None, or list, tuple, set or dict of such; a callable counts by its name.

    Returns:
        40 hexadecimal digits.
    """
    return hashlib.sha1(_canonical(obj).encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _canonical(obj: Any) -> str:
    if isinstance(obj, dict):
        items = sorted((_canonical(key), _canonical(value)) for key, value in obj.items())
        return "{" + ",".join(f"{key}:{value}" for key, value in items) + "}"
    if isinstance(obj, list | tuple):
        return "[" + ",".join(_canonical(item) for item in obj) + "]"
    if isinstance(obj, set | frozenset):
        return "(" + ",".join(sorted(_canonical(item) for item in obj)) + ")"
    if isinstance(obj, str | int | float | bytes) or obj is None:
        return f"{type(obj).__name__} {obj!r}"
    if callable(obj):
        return f"callable {getattr(obj, '__name__', type(obj).__name__)}"
    return f"{type(obj).__name__} {obj}"


def sha1_hash(string: str) -> str:
    """Give the SHA-1 of a text, as 40 hexadecimal digits."""
    return hashlib.sha1(string.encode(), usedforsecurity=False).hexdigest()


def get_file_path(state: State, filename: str) -> str:
    """Give the path of a local file that a deploy names.

    Args:
        state: the run; its `cwd` is the deploy's folder.
        filename: absolute, or relative to the deploy's folder.

    Returns:
        The path.
    """
    path = Path(filename)
    if path.is_absolute() or not state.cwd:
        return filename
    return fspath(Path(state.cwd) / path)


class get_file_io:  # noqa: N801 - the documented name
    """Open a local file, or use an IO as one.

    A path is opened and closed; an IO is wound to its start before and after, and left open.

    Args:
        filename_or_io: a path, or an IO of text or bytes.
        mode: the mode in which a path is opened.
    """

    def __init__(self, filename_or_io: str | Path | IO[Any] | Any, mode: str = "rb") -> None:
        self.filename_or_io = filename_or_io
        self.mode = mode
        self._close = False

    def __enter__(self) -> IO[Any]:
        source = self.filename_or_io
        if hasattr(source, "read") or hasattr(source, "write"):
            if hasattr(source, "seek"):
                source.seek(0)
            self._file_io = cast("IO[Any]", source)
        else:
            self._file_io = open(source, self.mode)  # noqa: PTH123 - patched here by test suites
            self._close = True
        return self._file_io

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._close:
            self._file_io.close()
        elif hasattr(self._file_io, "seek"):
            self._file_io.seek(0)

    @property
    def cache_key(self) -> str:
        """What tells this source from others."""
        if hasattr(self.filename_or_io, "read"):
            return f"_InMemory:{id(self.filename_or_io)}"
        return str(self.filename_or_io)


def _get_file_digest(filename_or_io: str | Path | IO[Any], name: str) -> str:
    digest = hashlib.new(name, usedforsecurity=False)
    with get_file_io(filename_or_io) as source:
        while piece := source.read(BLOCKSIZE):
            digest.update(piece.encode() if isinstance(piece, str) else piece)
    return digest.hexdigest()


def get_file_sha1(filename_or_io: str | Path | IO[Any]) -> str:
    """Give the SHA-1 of a local file or IO, as hexadecimal digits."""
    return _get_file_digest(filename_or_io, "sha1")


def get_file_md5(filename_or_io: str | Path | IO[Any]) -> str:
    """Give the MD5 of a local file or IO, as hexadecimal digits."""
    return _get_file_digest(filename_or_io, "md5")


def get_file_sha256(filename_or_io: str | Path | IO[Any]) -> str:
    """Give the SHA-256 of a local file or IO, as hexadecimal digits."""
    return _get_file_digest(filename_or_io, "sha256")


def get_path_permissions_mode(pathname: str | Path) -> str:
    """Give the permissions of a local path, as octal digits such as `644`."""
    return oct(stat(pathname).st_mode)[-3:]  # noqa: PTH116 - patched here by test suites


def get_template(
    filename_or_io: str | PathLike[str] | IO[Any], jinja_env_kwargs: dict[str, Any] | None = None
) -> Any:
    """Read a Jinja2 template; Jinja2 is the caller's dependency, not core's.

    Args:
        filename_or_io: a local path, whose folder `include` and `extends` look in, or an IO; read as UTF-8.
        jinja_env_kwargs: arguments for `jinja2.Environment`.

    Returns:
        The `jinja2.Template`; undefined names in it are errors.

    Raises:
        OperationError: Jinja2 is not installed.
    """
    try:
        jinja2 = import_module("jinja2")
    except ModuleNotFoundError as error:
        raise OperationError("templates need Jinja2: pip install pyinfra-ops-files") from error
    with get_file_io(filename_or_io) as source:
        text = source.read()
    settings: dict[str, Any] = {
        "undefined": jinja2.StrictUndefined,
        "keep_trailing_newline": True,
        **(jinja_env_kwargs or {}),
    }
    if isinstance(filename_or_io, str | PathLike):
        settings.setdefault("loader", jinja2.FileSystemLoader(Path(filename_or_io).parent))
    return jinja2.Environment(**settings).from_string(text.decode() if isinstance(text, bytes) else text)


def get_caller_frameinfo(frame_offset: int = 0) -> Traceback:
    """Give where the caller was called, `frame_offset` callers further up."""
    return getframeinfo(stack()[2 + frame_offset][0])


def get_call_location(frame_offset: int = 1) -> str:
    """Give `line N in FILE` of where the caller was called; an offset of 0 is the caller itself, 2 one further up."""
    info = get_caller_frameinfo(frame_offset)
    return f"line {info.lineno} in {Path(info.filename).name}"


def raise_if_bad_type(value: Any, type_: Any, exception: type[Exception], message_prefix: str) -> None:
    """Raise where a value is not of a type.

    Args:
        value: the value.
        type_: a class or tuple of classes.
        exception: what to raise.
        message_prefix: what the message starts with.
    """
    if not isinstance(value, type_):
        wanted = getattr(type_, "__name__", str(type_))
        raise exception(f"{message_prefix} must be {wanted}, not {type(value).__name__}")


def format_exception(error: BaseException) -> str:
    """Write an exception in one line."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def print_host_combined_output(host: Host, output: CommandOutput) -> None:
    """Show a command's output, each line with its host."""
    for line in output:
        echo(f"{host.print_prefix}{printable(line.line)}", err=line.buffer_name == "stderr")


def log_error_or_warning(
    host: Host,
    ignore_errors: bool,
    description: str = "",
    continue_on_error: bool = False,
    exception: Exception | None = None,
) -> None:
    """Log that something failed on a host, as a warning where the failure is ignored.

    Args:
        host: the host.
        ignore_errors: whether it is.
        description: what failed.
        continue_on_error: whether the rest of the operation goes on.
        exception: what was raised.
    """
    from .state import logger

    kind = "Error (ignored)" if ignore_errors else "Error"
    if ignore_errors and continue_on_error:
        kind = "Error (ignored, execution continued)"
    text = f"{kind}: {description}" if description else kind
    if exception is not None:
        text += f": {format_exception(exception)}"
    (logger.warning if ignore_errors else logger.error)("%s%s", host.print_prefix, text)


def log_host_command_error(host: Host, error: Exception, timeout: float | None = 0) -> None:
    """Log that a command could not be run on a host."""
    from .state import logger

    if isinstance(error, TimeoutError):
        logger.error("%stimed out after %s seconds", host.print_prefix, timeout)
    else:
        logger.error("%s%s", host.print_prefix, format_exception(error))


def as_command(command: str | StringCommand) -> StringCommand:
    """Give a command as a `StringCommand`."""
    return command if isinstance(command, StringCommand) else StringCommand(command.strip())


__all__ = [
    "format_exception",
    "get_call_location",
    "get_file_io",
    "get_file_md5",
    "get_file_path",
    "get_file_sha1",
    "get_file_sha256",
    "get_kwargs_str",
    "get_path_permissions_mode",
    "get_template",
    "log_error_or_warning",
    "log_host_command_error",
    "make_hash",
    "memoize",
    "print_host_combined_output",
    "raise_if_bad_type",
    "sha1_hash",
    "try_int",
]
