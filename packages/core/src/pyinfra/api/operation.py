"""Operations: what a host should be like, and the commands that make it so."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import update_wrapper
from types import CodeType, GeneratorType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from typing_extensions import ParamSpec

from pyinfra.context import at_hand

from .exceptions import OperationError, PyinfraError

if TYPE_CHECKING:
    from pyinfra.connectors.util import CommandOutput

    from .host import Host
    from .state import State

P = ParamSpec("P")
T = TypeVar("T")

OperationFunction = Callable[P, Generator[Any, Any, Any]]
Report = Callable[[list[str]], list[str]]

# By the code of an operation, so that one is found where another yields from it.
_reports: dict[CodeType, Report] = {}


def report_of(commands: Any) -> Report | None:
    """Give what reads the output of the command that an operation has just yielded.

    Args:
        commands: the operation's generator, at a `yield`.

    Returns:
        The `report` of the operation that yielded it, which may be one that is yielded from; None for none.
    """
    report = None
    while isinstance(commands, GeneratorType):
        report = _reports.get(commands.gi_code, report)
        commands = commands.gi_yieldfrom
    return report


# Whether an operation's commands may be sent together, likewise.
_together: dict[CodeType, bool] = {}


def go_together(commands: Any) -> bool:
    """Tell whether the command that an operation has just yielded may be run together with its next.

    Args:
        commands: the operation's generator, at a `yield`.

    Returns:
        Whether that is said of the operation, and of each that it yields from.
    """
    said: list[bool] = []
    while isinstance(commands, GeneratorType):
        if commands.gi_code in _together:
            said.append(_together[commands.gi_code])
        commands = commands.gi_yieldfrom
    return bool(said) and all(said)


def get_operation_name_from_func(func: Callable[..., Any]) -> str:
    """Give the public name of an operation, such as `files.put`.

    Args:
        func: its function; private modules it is defined in do not show.

    Returns:
        The name of the public module below `pyinfra.operations`, or the last one of another package, and the function.
    """
    parts = [part for part in func.__module__.split(".") if not part.startswith("_")]
    module = (
        ".".join(parts[2:]) if parts[:2] == ["pyinfra", "operations"] else (parts or [func.__module__])[-1]
    )
    return f"{module}.{func.__name__}"


class OperationMeta:
    """The result of an operation on one host: expected in prepare, known once it has run.

    Args:
        hash: the operation's hash.
        is_change: whether it would change something; None where that is not known yet.
    """

    def __init__(self, hash: str, is_change: bool | None = None) -> None:  # noqa: A002 - the documented name
        self._hash = hash
        self._maybe_is_change = is_change
        self._settle: Callable[[], None] | None = None
        self._wait: Callable[[], None] | None = None
        self._predicted = False
        self._success: bool | None = None
        self._commands: list[Any] | None = None
        self._combined_output: CommandOutput | None = None
        self._retry_attempts = 0
        self._max_retries = 0
        self._report: list[str] = []

    def __repr__(self) -> str:
        if self._commands is None:
            return f"OperationMeta(executed=False, maybeChange={self._maybe_is_change}, hash={self._hash})"
        return (
            f"OperationMeta(executed=True, success={self._success}, changed={self.did_change()}, "
            f"hash={self._hash}, commands={len(self._commands)})"
        )

    def set_complete(
        self,
        success: bool,
        commands: list[Any],
        combined_output: CommandOutput,
        retry_attempts: int = 0,
        max_retries: int = 0,
        report: list[str] | None = None,
    ) -> None:
        """Note how it went; called by the engine."""
        self._report = report or []
        self._success = success
        self._commands = commands
        self._combined_output = combined_output
        self._retry_attempts = retry_attempts
        self._max_retries = max_retries

    def is_complete(self) -> bool:
        """Tell whether it has run."""
        return self._success is not None

    @property
    def executed(self) -> bool:
        """Whether it has run."""
        return self.is_complete()

    def predict(self) -> None:
        """Have what it did be answered by what it is expected to do, where deploy code waits and nothing is run."""
        self._predicted = True

    def is_predicted(self) -> bool:
        """Tell whether `predict` was called."""
        return self._predicted

    def _raise_if_not_complete(self) -> None:
        if not self.is_complete() and not self._predicted and self._wait is not None:
            self._wait()
        if not self.is_complete() and not self._predicted:
            raise RuntimeError(
                "this operation has not run yet: ask in _if=… or in a function called by python.call"
            )

    @property
    def will_change(self) -> bool:
        """Whether it is expected to change something; True where nobody can tell yet."""
        if self._maybe_is_change is None and self._settle is not None:
            self._settle()
        return self._maybe_is_change is not False

    def did_change(self) -> bool:
        """Tell whether it succeeded and changed something.

        In deploy code this waits for it to be run. Where nothing can be run (an API script before `run_ops`, an
        operation that has yet to run) it raises RuntimeError; a dry run answers with what is expected.
        """
        self._raise_if_not_complete()
        if not self.is_complete():
            return self.will_change
        return bool(self._success and self._commands)

    def did_not_change(self) -> bool:
        """Tell whether it changed nothing; waits or raises as `did_change` does."""
        return not self.did_change()

    def did_succeed(self, _raise_if_not_complete: bool = True) -> bool:
        """Tell whether it succeeded; waits or raises as `did_change` does."""
        if _raise_if_not_complete:
            self._raise_if_not_complete()
        return self._success is True or (self._predicted and self._success is None)

    def did_error(self) -> bool:
        """Tell whether it failed; waits or raises as `did_change` does."""
        self._raise_if_not_complete()
        return self._success is False

    @property
    def changed(self) -> bool:
        """Whether it changed something, or, before it ran, whether it is expected to."""
        return self.did_change() if self.is_complete() else self.will_change

    def _output(self) -> CommandOutput:
        from pyinfra.connectors.util import CommandOutput

        self._raise_if_not_complete()
        return self._combined_output if self._combined_output is not None else CommandOutput([])

    @property
    def stdout_lines(self) -> list[str]:
        """The lines that its commands printed on stdout."""
        return self._output().stdout_lines

    @property
    def stderr_lines(self) -> list[str]:
        """The lines that its commands printed on stderr."""
        return self._output().stderr_lines

    @property
    def stdout(self) -> str:
        """What its commands printed on stdout."""
        return self._output().stdout

    @property
    def stderr(self) -> str:
        """What its commands printed on stderr."""
        return self._output().stderr

    @property
    def report(self) -> list[str]:
        """What it says it has changed, one line each, such as `nginx 1.22.1 -> 1.24.0`; empty before it ran."""
        return list(self._report)

    @property
    def retry_attempts(self) -> int:
        """How often it was tried again."""
        return self._retry_attempts

    @property
    def max_retries(self) -> int:
        """How often it may be tried again."""
        return self._max_retries

    @property
    def was_retried(self) -> bool:
        """Whether it was tried again."""
        return self._retry_attempts > 0

    @property
    def retry_succeeded(self) -> bool | None:
        """Whether a later try succeeded; None where there was none."""
        return self._success if self.was_retried else None

    def get_retry_info(self) -> dict[str, Any]:
        """Give all that is known of its tries."""
        return {
            "retry_attempts": self.retry_attempts,
            "max_retries": self.max_retries,
            "was_retried": self.was_retried,
            "retry_succeeded": self.retry_succeeded,
        }


class PyinfraOperation(Generic[P]):
    """An operation: called in deploy code, it has the host at hand brought to the state it describes.

    Args:
        func: the generator function that yields its commands.

    Attributes:
        _inner: that function, for operations that use this one: `yield from op._inner(...)`.
        op_name: the public name.
    """

    __name__: str
    _inner: OperationFunction[P]
    is_idempotent: bool
    idempotent_notice: str | None
    is_deprecated: bool
    deprecated_for: str | None

    def __init__(self, func: OperationFunction[P], set_in_op: bool = True, **notes: Any) -> None:
        update_wrapper(self, func)
        self.op_name = get_operation_name_from_func(func)
        self.set_in_op = set_in_op
        self._inner = func
        for key, value in notes.items():
            setattr(self, key, value)
            setattr(func, key, value)

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> OperationMeta: ...

    @overload
    def __call__(self, *args: Any, **kwargs: Any) -> OperationMeta: ...

    def __call__(self, *args: Any, **kwargs: Any) -> OperationMeta:
        """Call the operation for the host at hand.

        Args:
            *args: its arguments.
            **kwargs: its arguments, and global arguments.

        Returns:
            Its result, expected for now.
        """
        state, host = at_hand()
        if state is None or host is None:
            raise PyinfraError(
                f"{self.op_name} was called outside of a deploy: use add_op(state, {self.__name__}, …)"
            )
        return state.engine.operation_called(host, self, args, kwargs)

    def __repr__(self) -> str:
        return f"<operation {self.op_name}>"


def operation(
    is_idempotent: bool = True,
    idempotent_notice: str | None = None,
    is_deprecated: bool = False,
    deprecated_for: str | None = None,
    _set_in_op: bool = True,
    *,
    report: Report | None = None,
    together: bool = False,
) -> Callable[[OperationFunction[P]], PyinfraOperation[P]]:
    r"""Make a generator function an operation.

    ```
    @operation()
    def motd(text: str):
        if host.get_fact(FileContents, path="/etc/motd") == [text]:
            host.noop("the message is as it should be")
        else:
            yield FileUploadCommand(StringIO(text + "\n"), "/etc/motd")
    ```

    Args:
        is_idempotent: whether it changes nothing where the state is as described.
        idempotent_notice: what restricts that, for the documentation.
        is_deprecated: whether there is something better.
        deprecated_for: the name of that.
        _set_in_op: whether facts that it asks inherit its global arguments.
        report: reads what has changed out of the lines that the operation's commands printed on stdout, once they
            have succeeded: one line each, such as `nginx 1.22.1 -> 1.24.0`. They are shown, and are the result's
            `report`.
        together: whether its commands may reach the host in one call: between them, it looks at the host by facts
            alone, which see what the commands before them did, and does nothing else that counts on those having been
            run. None is run after one that failed.

    Returns:
        The decorator.
    """

    def decorate(func: OperationFunction[P]) -> PyinfraOperation[P]:
        if report is not None:
            _reports[func.__code__] = report
        _together[func.__code__] = together
        return PyinfraOperation(
            func,
            set_in_op=_set_in_op,
            is_idempotent=is_idempotent,
            idempotent_notice=idempotent_notice,
            is_deprecated=is_deprecated,
            deprecated_for=deprecated_for,
        )

    return decorate


def add_op(
    state: State, op_func: Callable[..., OperationMeta], *args: Any, **kwargs: Any
) -> dict[Host, OperationMeta]:
    """Add an operation to a run, for each of its hosts.

    Args:
        state: the run.
        op_func: the operation.
        *args: its arguments.
        **kwargs: its arguments, global arguments, and `host`: a host or hosts to add it for.

    Returns:
        The expected result by host.

    Raises:
        OperationError: it can't be prepared.
    """
    hosts = kwargs.pop("host", None)
    if hosts is None:
        hosts = [host for host in state.inventory.iter_active_hosts() if state.is_host_in_limit(host)]
    elif not isinstance(hosts, list | tuple | set):
        hosts = [hosts]
    return state.engine.add(list(hosts), lambda: op_func(*args, **kwargs))


__all__ = [
    "OperationError",
    "OperationMeta",
    "PyinfraOperation",
    "add_op",
    "get_operation_name_from_func",
    "operation",
]
