"""rsync: what it is started with, so that it reaches the same host in the same way."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from pyinfra.api.exceptions import PyinfraError

if TYPE_CHECKING:
    from pathlib import Path

    from pyinfra.connectors.ssh import SSHConnector

Make = Callable[..., "SSHConnector"]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an rsync that does nothing writes its arguments, one a line; it fails where it is asked to."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "rsync"
    program.write_text(
        f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{shlex.quote(str(tmp_path / 'said'))}\n"
        "case $* in *--fail*) echo no >&2; exit 23;; *--hang*) sleep 60;; esac\n"
    )
    program.chmod(0o755)
    (folder / "ssh").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return tmp_path / "said"


@pytest.fixture
def host(sshd: Any, connector: Make) -> SSHConnector:
    made = connector(**sshd.data())
    made.connect()
    return made


def test_what_rsync_is_started_with(sshd: Any, host: SSHConnector, said: Path) -> None:
    assert host.rsync("a b/", "/srv/x y/", ["-a", "--delete"])

    *flags, dash_e, ssh, end, src, dest = said.read_text().splitlines()
    words = shlex.split(ssh)
    assert flags == ["-a", "--delete"]
    assert (dash_e, end) == ("-e", "--")
    assert (src, dest) == ("a b/", f"{sshd.user}@127.0.0.1:/srv/x y/")
    assert words[:3] == ["ssh", "-p", str(sshd.port)]
    assert "StrictHostKeyChecking=yes" in words
    assert f"UserKnownHostsFile={sshd.known_hosts()}" in words
    assert words[words.index("-i") + 1] == str(sshd.folder / "user_ed25519")


def test_sudo(host: SSHConnector, said: Path) -> None:
    host.rsync("a", "b", [], _sudo=True, _sudo_user="web user")

    lines = said.read_text().splitlines()
    assert lines[lines.index("--rsync-path") + 1] == "sudo -n -u 'web user' rsync"


def test_a_local_name_with_a_colon_is_no_host(host: SSHConnector, said: Path) -> None:
    host.rsync("a:b", "c", [])

    assert said.read_text().splitlines()[-2] == "./a:b"


@pytest.mark.parametrize(
    "arguments", [{"_su_user": "x"}, {"_doas": True}, {"_sudo": True, "_sudo_password": "x"}]
)
def test_what_rsync_can_not_do(host: SSHConnector, said: Path, arguments: Any) -> None:
    with pytest.raises(PyinfraError, match="rsync can't be used with _"):
        host.rsync("a", "b", [], **arguments)

    assert not said.exists()


def test_failures(host: SSHConnector, said: Path) -> None:
    with pytest.raises(PyinfraError, match="rsync failed: no"):
        host.rsync("a", "b", ["--fail"])
    with pytest.raises(PyinfraError, match=r"did not end within 0\.2 seconds"):
        host.rsync("a", "b", ["--hang"], _timeout=0.2)


def test_rsync_must_be_installed(connector: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PyinfraError, match="rsync is not installed"):
        connector().check_can_rsync()


def test_rsync_has_no_password(connector: Make, said: Path) -> None:
    with pytest.raises(PyinfraError, match="can't log in with ssh_password"):
        connector(ssh_password="x").check_can_rsync()
