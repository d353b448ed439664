"""Operations on the kernel and its processes."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence

from pyinfra import host, state
from pyinfra.api import OperationTypeError, OperationValueError, QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import FindInFile
from pyinfra.facts.server import KernelModules, Sysctl
from pyinfra.operations import files
from pyinfra.operations.util.cleaning import undone
from typing_extensions import override

from ._names import check_path

MODULE = re.compile(r"[^\0\n]*[^\0\s][^\0\n]*")
# Of POSIX, signal(7) and the BSDs; shells say of others no more than that they are no option.
SIGNALS = (
    "HUP|INT|QUIT|ILL|TRAP|ABRT|IOT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|CHLD|CLD|CONT|STOP|TSTP|TTIN|"
    "TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|POLL|PWR|SYS|EMT|INFO|THR|LIBRT|LWP|RT(?:MIN|MAX)(?:[+-]\\d+)?"
)
SIGNAL = re.compile(rf"\d{{1,3}}|(?:SIG)?(?:{SIGNALS})")
SYSCTL_KEY = re.compile(r"[A-Za-z0-9_.:/*@+-]+")


@operation()
def modprobe(
    module: str | list[str], present: bool = True, force: bool = False
) -> Generator[StringCommand, None, None]:
    """Load kernel modules, or unload them. They are not loaded again at the next boot.

    Args:
        module: the module's name, or a list of names.
        present: whether they should be loaded.
        force: whether to load or unload them by force (`modprobe -f`).

    Raises:
        OperationValueError: there is no module, or a name is empty or more than one line.

    Example:
        ```
        from pyinfra.operations import server

        server.modprobe(
            name="Have the floppy module loaded",
            module="floppy",
        )
        ```
    """
    modules = [module] if not isinstance(module, list | tuple) else list(module)
    if not modules or not all(isinstance(name, str) and MODULE.fullmatch(name) for name in modules):
        raise OperationValueError(f"module must be a module, or a list of some, not {module!r}")
    # The kernel knows no difference between dashes and underscores, and lists underscores.
    loaded = {name.replace("-", "_") for name in host.get_fact(KernelModules)}
    differing = [name for name in modules if (name.replace("-", "_") in loaded) != present]
    if not differing:
        names, verb = "/".join(modules), "are" if len(modules) > 1 else "is"
        noun = "modules" if len(modules) > 1 else "module"
        host.noop(f"{noun} {names} {verb} {'loaded' if present else 'not loaded'}")
        return
    flags = [*(["-f"] if force else []), *([] if present else ["-r"]), "-a"]
    dashes = ["--"] if any(name.startswith("-") for name in differing) else []
    yield StringCommand("modprobe", *flags, *dashes, *(QuoteString(name) for name in differing))


@operation()
def sysctl(
    key: str,
    value: str | int | list[str | int],
    persist: bool = False,
    persist_file: str = "/etc/sysctl.conf",
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Set a kernel parameter.

    Where the file can't be written, the parameter gets its old value again, unless it is one that the kernel lets
    nobody set back.

    Args:
        key: the parameter's name, such as `fs.file-max`, or as a path, `fs/file-max`.
        value: its value; a list for one of several words.
        persist: whether to set it at each boot too.
        persist_file: the file that is read at boot.

    Raises:
        OperationTypeError: `value` is neither a number nor text, nor a list of some; or `persist_file` is no path.
        OperationValueError: the name can't be a parameter's, the value is an empty list or holds a newline, or
            `persist_file` is empty.

    Example:
        ```
        from pyinfra.operations import server

        server.sysctl(
            name="Allow more open files, now and after a boot",
            key="fs.file-max",
            value=100000,
            persist=True,
        )
        ```
    """
    if not isinstance(key, str) or not SYSCTL_KEY.fullmatch(key) or key.startswith("-"):
        raise OperationValueError(f"key must be the name of a kernel parameter, not {key!r}")
    text = _sysctl_text(value)
    if persist:
        check_path("persist_file", persist_file)
    values = host.get_fact(Sysctl, keys=[key])
    current = values.get(key, values.get(_dotted(key)))
    # What is wrong with the file is to come before the parameter has another value.
    kept = list(_persist(key, text, persist_file)) if persist else []
    old = _words(current)
    if old == text.split():
        host.noop(f"sysctl {key} is set to {text}")
        yield from kept
        return
    yield _Set(*_set_sysctl(key, text).bits)
    yield from undone(kept, [_set_sysctl(key, " ".join(old))] if old and state.is_executing else [])


def _set_sysctl(key: str, text: str) -> StringCommand:
    return StringCommand("sysctl", StringCommand(key, "=", QuoteString(text), _separator=""))


class _Set(StringCommand):
    """A `sysctl` that fails where it prints no new value: that of procps may say why it can't be set, and succeed."""

    @override
    def as_run(self) -> StringCommand:
        told = """ && [ "$set" ] && printf '%s\\n' "$set\""""
        return StringCommand("set=$(", StringCommand(*self.bits), ")", told, _separator="")


def _sysctl_text(value: object) -> str:
    words = list(value) if isinstance(value, list | tuple) else [value]
    if not all(isinstance(word, str | int) and not isinstance(word, bool) for word in words):
        raise OperationTypeError(f"value must be a number, text, or a list of these, not {value!r}")
    text = " ".join(str(word) for word in words)
    if "\n" in text or not words:
        raise OperationValueError(f"value must be one line, not {value!r}")
    return text


def _dotted(key: str) -> str:
    """Give a name that is written as a path as `sysctl` prints it; a dot in a path is one in a part of the name."""
    separator = re.search(r"[./]", key)
    return key.translate(str.maketrans("./", "/.")) if separator and separator[0] == "/" else key


def _persist(key: str, text: str, path: str) -> Generator[PyinfraCommand | StringCommand, None, None]:
    line = f"{key} = {text}"
    pattern = rf"{_plain(key)}[[:space:]]*=[[:space:]]*{_plain(text)}"
    commands = list(files.line._inner(path=path, line=pattern, replace=line))
    if not commands:
        # Of several lines the last one counts.
        own = rf"^[[:space:]]*{_plain(key)}[[:space:]]*="
        lines = host.get_fact(FindInFile, path=path, pattern=f"{own}.*$", interpolate_variables=False)
        if lines and lines[-1] != line:
            commands = list(files.line._inner(path=path, line=own, replace=line))
    yield from commands


@operation(is_idempotent=False)
def kill(pid: int, signal: str = "TERM") -> Generator[StringCommand, None, None]:
    """Send a signal to a process, on every run.

    Args:
        pid: the process's number.
        signal: the signal's name, with or without `SIG`, or its number.

    Raises:
        OperationValueError: `pid` is no number of a process, or `signal` no signal.

    Example:
        ```
        from pyinfra.operations import server

        server.kill(
            name="Have the process read its settings again",
            pid=1234,
            signal="HUP",
        )
        ```
    """
    if not str(pid).isdecimal() or int(pid) == 0:
        raise OperationValueError(f"pid must be the number of a process, not {pid!r}")
    if not SIGNAL.fullmatch(str(signal)):
        raise OperationValueError(f"signal must be the name or the number of a signal, not {signal!r}")
    # POSIX knows the names without SIG alone, and dash no others.
    name = re.sub(r"^SIG(?=[A-Z])", "", str(signal))
    yield StringCommand("kill", f"-{name}", pid)


def _words(value: object) -> list[str]:
    values: Sequence[object] = value if isinstance(value, list) else [] if value is None else [value]
    return [word for item in values for word in str(item).split()]


def _plain(text: str) -> str:
    """Make a basic regular expression of a text; dots are left to match themselves and any other character."""
    return re.sub(r"([\[\]*^$\\])", r"\\\1", text)
