"""The connectors of this repository pass the suite, and one that is careless fails it by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import pytest
from pyinfra.plugins import registry
from pyinfra_testkit.connectors import ConnectorSuite, DownloadChecks, UploadChecks, connected_host

if TYPE_CHECKING:
    from pyinfra.api import Host

pytest_plugins = ["pytester"]

CARELESS = '''
import subprocess

import pytest
from pyinfra.connectors.local import LocalConnector
from pyinfra.connectors.util import CommandOutput, OutputLine, make_unix_command
from pyinfra_testkit.connectors import ConnectorSuite, connected_host

class Careless(LocalConnector):
    """Drops input, strips lines, takes whatever said nothing on stderr for done, and writes over files."""
    handles_batches = False
    places_files = False
    replaces_files = True

    def run_shell_command(self, command, print_output=False, print_input=False, **arguments):
        timeout = arguments.pop("_timeout", None)
        for key in ("_stdin", "_success_exit_codes", "_get_pty"):
            arguments.pop(key, None)
        text = make_unix_command(command, **arguments).get_raw_value()
        done = subprocess.run(
            ["sh", "-c", text], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="ignore", timeout=timeout)
        lines = [OutputLine("stdout", line) for line in done.stdout.strip().splitlines()]
        return not done.stderr, CommandOutput(lines, done.returncode)

    def put_file(self, filename_or_io, remote_filename, *_, **__):
        from pyinfra.api.util import get_file_io
        with get_file_io(filename_or_io) as source, open(remote_filename, "wb") as file:
            content = source.read()
            file.write(content.encode() if isinstance(content, str) else content)
        return True

class TestCareless(ConnectorSuite):
    cannot = {
        "test_a_timeout_ends_the_command": "it never looks",
        "test_disconnecting_ends_what_runs": "it can't be told",
    }

    @pytest.fixture
    def host(self):
        with connected_host("@local") as host:
            host.connector = Careless(host.state, host)
            yield host
'''
FAULTS = {
    "test_a_long_command",
    "test_a_terminal",
    "test_a_timeout",
    "test_an_upload_is_atomic",
    "test_an_upload_that_fails",
    "test_bytes_that_are_no_utf_8",
    "test_exit_codes",
    "test_facts",
    "test_lines",
    "test_much_on_both_streams",
    "test_output_is_shown",
    "test_output_of_a_failure",
    "test_secrets_are_not_shown",
    "test_secrets_on_the_host",
    "test_secrets_on_this_machine",
    "test_stdin_and_output_at_once",
    "test_stdin_of_bytes",
    "test_stdin_of_text",
    "test_stdin_that_is_not_read",
    "test_streams",
    "test_success_exit_codes",
}


@pytest.fixture(scope="module")
def local() -> Iterator[Host]:
    with connected_host("@local") as host:
        yield host


@pytest.fixture(scope="module")
def ssh(real_hosts) -> Iterator[Host]:
    (real,) = real_hosts(1, reset=True)
    with connected_host(real.name, real.ssh_data("deploy")) as host:
        yield host


class TestLocal(ConnectorSuite):
    @pytest.fixture
    def host(self, local: Host) -> Host:
        return local


class TestSSH(ConnectorSuite):
    @pytest.fixture
    def host(self, ssh: Host) -> Host:
        return ssh


@pytest.fixture(scope="module", params=["sftp", "scp"])
def ssh_by_protocol(real_hosts, request) -> Iterator[Host]:
    (real,) = real_hosts(1, reset=True)
    data = {**real.ssh_data("deploy"), "ssh_file_transfer_protocol": request.param}
    with connected_host(real.name, data) as host:
        yield host


class TestSSHFileTransferProtocols(UploadChecks, DownloadChecks):
    @pytest.fixture
    def host(self, ssh_by_protocol: Host) -> Host:
        return ssh_by_protocol


RUNS_NOTHING = "it runs nothing"
# What can be asked of a host that answers what its data says.
WITHOUT_A_SHELL = {
    "test_disconnecting_twice",
    "test_download_names",
    "test_downloads",
    "test_secrets_are_not_shown",
    "test_secrets_on_this_machine",
    "test_what_is_declared",
}


class TestFake(ConnectorSuite):
    cannot: ClassVar = {
        name: RUNS_NOTHING
        for name in dir(ConnectorSuite)
        if name.startswith("test_") and name not in WITHOUT_A_SHELL
    }

    @pytest.fixture
    def host(self) -> Iterator[Host]:
        with connected_host("@fake/web-1") as host:
            yield host

    @pytest.fixture
    def folder(self) -> str:
        return "/srv"


def test_all_of_ours_are_held_to_it() -> None:
    ours = {
        plugin.name for plugin in registry.plugins("connectors") if plugin.distribution.startswith("pyinfra-")
    }
    held = {TestLocal: "local", TestSSH: "ssh", TestFake: "fake"}
    assert all(issubclass(one, ConnectorSuite) for one in held)
    assert {*held.values()} == ours


def test_a_careless_connector_fails_by_name(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CARELESS)
    told = pytester.runpytest_subprocess("-v", "-rs", "--tb=no").stdout.str()
    assert set(re.findall(r"::(test_\w+)(?:\[.*\])? FAILED", told)) == FAULTS
    assert "declared: it can't be told" in told


def test_what_is_declared_must_be_a_check(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CARELESS.replace("test_a_timeout_ends_the_command", "test_of_time"))
    result = pytester.runpytest_subprocess("-k", "test_the_folder")
    result.stdout.fnmatch_lines(["*`cannot` names what is no check: test_of_time*"])


def test_who_takes_batches_takes_input(pytester: pytest.Pytester) -> None:
    source = CARELESS.replace("handles_batches = False", "handles_batches = True")
    pytester.makepyfile(source.replace("test_a_timeout_ends_the_command", "test_stdin_of_text"))
    result = pytester.runpytest_subprocess("-k", "test_what_is_declared")
    result.stdout.fnmatch_lines(["*handles_batches says that it can*"])
