"""What the checks share: what a connector declares, a folder on the host, and ways to ask it."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from pyinfra.api import QuoteString, StringCommand
from pyinfra.api.output import set_echo

if TYPE_CHECKING:
    from pyinfra.api import Host
    from pyinfra.connectors.util import CommandOutput

WORDS = (
    "plain",
    "two words ",
    "it's",
    'a"b',
    "-rf",
    "*",
    "$HOME",
    "`id`",
    "$(id)",
    "back\\slash\\n",
    "line\nbreak",
    "; exit 9",
    "a&b|c>d",
    "grün 日本",
    "#",
    "~",
    "%s!",
)
BINARY = bytes(range(256)) * 20_000
"""Five megabytes with every byte in it: more than any buffer on the way holds."""

PATIENCE = 30
"""Seconds after which a call that does not end is a failure of its check."""


class Checks:
    """The base of all checks; a subclass, or its module, has a fixture `host` that gives a connected host.

    Attributes:
        cannot: the checks that the connector declares it can't pass, by name, each with the reason that is shown.
    """

    cannot: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture(autouse=True)
    def _declared(self, request: pytest.FixtureRequest) -> None:
        unknown = sorted(name for name in self.cannot if not callable(getattr(self, name, None)))
        if unknown:
            pytest.fail(f"`cannot` names what is no check: {', '.join(unknown)}", pytrace=False)
        if request.function.__name__ in self.cannot:
            pytest.skip(f"declared: {self.cannot[request.function.__name__]}")

    @pytest.fixture
    def folder(self, host: Host) -> Iterator[str]:
        """Give a folder on the host, which is removed in the end."""
        made = output_of(host, "mktemp -d").strip()
        assert made.startswith("/"), f"`mktemp -d` told {made!r}"
        yield made
        run(host, "rm -rf", QuoteString(made))


def run(host: Host, *bits: Any, **arguments: Any) -> tuple[bool, CommandOutput]:
    """Run a command by the host's connector."""
    arguments.setdefault("_timeout", PATIENCE)
    return host.connector.run_shell_command(
        StringCommand(*bits), print_output=False, print_input=False, **arguments
    )


def output_of(host: Host, *bits: Any, **arguments: Any) -> str:
    """Run a command that must succeed, and give its stdout."""
    done, output = run(host, *bits, **arguments)
    assert done, f"the command failed: {output.output}"
    return output.stdout


def digest_on(host: Host, path: str) -> str:
    """Give the SHA-256 of a file on the host, as a tool of the host computes it."""
    quoted = QuoteString(path)
    told = output_of(host, "sha256sum", quoted, "2>/dev/null || shasum -a 256", quoted)
    # A name that is escaped is told by a backslash before the digest.
    return told.split()[0].lstrip("\\")


def digest(content: bytes) -> str:
    """Give the SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


class Running:
    """A call in a thread of its own, and what came of it.

    Attributes:
        value: what the call gave.
        error: what it raised.
    """

    def __init__(self, call: Callable[[], Any]) -> None:
        self.value: Any = None
        self.error: BaseException | None = None
        self._call = call
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.value = self._call()
        except BaseException as error:
            self.error = error

    def wait(self, seconds: float = PATIENCE) -> bool:
        """Wait for its end; tells whether it came."""
        self._thread.join(seconds)
        return not self._thread.is_alive()


class Echoed:
    """What is echoed while a `with` lasts."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._came = threading.Condition()

    def __enter__(self) -> Echoed:
        set_echo(self._take)
        return self

    def __exit__(self, *_: object) -> None:
        set_echo(None)

    def _take(self, message: object = None, **_: Any) -> None:
        with self._came:
            self.lines.append(str(message))
            self._came.notify_all()

    def wait_for(self, text: str, seconds: float) -> bool:
        """Wait for a line that holds a text; tells whether it came."""
        deadline = time.monotonic() + seconds
        with self._came:
            while not any(text in line for line in self.lines):
                if not self._came.wait(deadline - time.monotonic()):
                    return False
        return True
