"""The test kit's pytest plugin: fixtures for real ssh hosts, and options.

pytest loads it in every run, so nothing here imports more than pytest itself until a fixture is used.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyinfra_testkit.cases._record import Recorder
    from pyinfra_testkit.hosts import BusyboxHost, Lab, RealHost
    from pyinfra_testkit.tested import Tested

REQUIRE_VARIABLE = "PYINFRA_REQUIRE_REAL_HOSTS"
"""Set to `1` where real hosts must not be skipped."""

UNBATCHED_VARIABLE = "PYINFRA_NO_BATCH"
"""What the command line takes for its `--no-batch`."""

_TESTED: pytest.StashKey[Tested] = pytest.StashKey()
_RECORDER: pytest.StashKey[Recorder] = pytest.StashKey()
_FIXTURES = {"busybox_host", "real_hosts", "ssh_host"}

# Its checks are plain asserts, whose failures are to say what was compared.
pytest.register_assert_rewrite("pyinfra_testkit.connectors")


class RealHosts(Protocol):
    """What the fixture `real_hosts` is."""

    def __call__(self, count: int, *, reset: bool = False) -> list[RealHost]:
        """Give real hosts, `h1`, `h2`, …: the same ones all through the session.

        Args:
            count: How many.
            reset: Throw away what tests before this one changed on them.

        Returns:
            The hosts, up, connected and running.
        """


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that say how hosts are asked, and have written down what was tested and what they print."""
    _add_record_options(parser.getgroup("pyinfra", "pyinfra's test kit"))
    parser.getgroup("pyinfra").addoption(
        "--pyinfra-no-batch",
        action="store_true",
        help="have runs ask hosts for each fact alone, as pyinfra --no-batch does: the same must come of them",
    )
    parser.addoption(
        "--pyinfra-tested",
        type=Path,
        metavar="FILE",
        help="write to FILE, as JSON, what the tests have shown of each operation",
    )


def _add_record_options(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--record",
        action="store_true",
        help="fill in the fact cases that have neither command nor output with what a host prints",
    )
    group.addoption(
        "--record-host",
        default="@local",
        metavar="HOST",
        help="the host that --record asks, as an inventory names it, or one of the test kit's: "
        "--record-host=@testkit (default: @local)",
    )
    group.addoption("--record-sudo", action="store_true", help="have --record ask with sudo")
    group.addoption(
        "--record-mask",
        action="append",
        default=[],
        metavar="TEXT",
        help="have --record write *MASKED* for this text too; may be given several times",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and do what the options ask for."""
    config.addinivalue_line(
        "markers",
        "real_hosts: needs real ssh hosts (Linux, root); set by itself on tests that use their fixtures",
    )
    config.addinivalue_line(
        "markers", "batches: is about facts being asked together; skipped with --pyinfra-no-batch"
    )
    if config.getoption("--pyinfra-no-batch"):
        _ask_each_alone(config)
    if config.getoption("--pyinfra-tested") is not None:
        from pyinfra_testkit.tested import start

        config.stash[_TESTED] = start()
    if config.getoption("--record"):
        _start_recording(config)


def _ask_each_alone(config: pytest.Config) -> None:
    from pyinfra.api.config import config_defaults

    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    patch.setitem(config_defaults, "BATCH", False)
    # Of runs in processes that tests start.
    patch.setenv(UNBATCHED_VARIABLE, "1")


def _start_recording(config: pytest.Config) -> None:
    from pyinfra_testkit.cases._record import Recorder
    from pyinfra_testkit.cases._recording import start, stop

    recorder = Recorder(
        config.getoption("--record-host"),
        config.getoption("--record-sudo"),
        config.getoption("--record-mask"),
        _reporter(config),
    )
    config.stash[_RECORDER] = recorder
    start(recorder)
    config.add_cleanup(recorder.close)
    config.add_cleanup(stop)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which cases were filled in."""
    if _RECORDER in config.stash:
        recorder = config.stash[_RECORDER]
        for path in recorder.recorded:
            terminalreporter.write_line(f"recorded from {recorder.name}: {path}")
        if not recorder.recorded:
            terminalreporter.write_line("nothing was recorded: no case without command and output was run")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the notes."""
    if _TESTED in session.config.stash:
        session.config.stash[_TESTED].write(session.config.getoption("--pyinfra-tested"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that use real hosts, so that `-m "not real_hosts"` leaves them out; skip what can't hold."""
    unbatched = config.getoption("--pyinfra-no-batch")
    for item in items:
        if _FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("real_hosts")
        if unbatched and item.get_closest_marker("batches"):
            item.add_marker(pytest.mark.skip(reason="it is about batches, and --pyinfra-no-batch wants none"))


@pytest.fixture(scope="session")
def _lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    from pyinfra_testkit.hosts import HostsUnavailableError, Lab

    try:
        lab = Lab(_reporter(request.config))
    except HostsUnavailableError as error:
        if os.environ.get(REQUIRE_VARIABLE) == "1":
            pytest.fail(f"{error} ({REQUIRE_VARIABLE}=1 forbids to skip)", pytrace=False)
        pytest.skip(str(error))
    with lab:
        yield lab


@pytest.fixture(scope="session")
def real_hosts(_lab: Lab) -> RealHosts:
    """Real ssh hosts, shared by the tests of a session: `real_hosts(2)` or `real_hosts(2, reset=True)`."""
    return _lab.hosts


@pytest.fixture
def ssh_host(_lab: Lab) -> RealHost:
    """One real ssh host of its own, on which nothing was changed yet."""
    return _lab.fresh_host()


@pytest.fixture(scope="module")
def busybox_host(_lab: Lab) -> BusyboxHost:
    """A real ssh host that has busybox, its shell and its applets, and no other tool: log in as root."""
    return _lab.busybox_host()


def _reporter(config: pytest.Config) -> Callable[[str], None]:
    capture = config.pluginmanager.getplugin("capturemanager")
    terminal = config.pluginmanager.getplugin("terminalreporter")

    def report(line: str) -> None:
        if capture is None or terminal is None:
            return
        with capture.global_and_fixture_disabled():
            terminal.ensure_newline()
            terminal.write_line(line)

    return report
