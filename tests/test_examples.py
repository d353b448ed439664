"""The examples do what they say, and a second run changes nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


def pyinfra(*arguments: str, **settings: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pyinfra_cli", *arguments],
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **settings,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def operations(said: str, word: str) -> set[str]:
    return set(re.findall(rf"(\[[\w.-]+\] [\w.]+: .*) \({word}\)", said))


def test_first(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    first = pyinfra("--yes", "@local", str(EXAMPLES / "first.py"))
    assert "Changes: 3\n" in first
    assert (tmp_path / "pyinfra-first/latest").read_text().endswith("Signed: pyinfra\n")
    again = pyinfra("--yes", "@local", str(EXAMPLES / "first.py"))
    assert "Commands: 0\nChanges: 0\n" in again


@pytest.fixture
def web(tmp_path: Path, real_hosts):
    """Two hosts by the names that the example's inventory has."""
    hosts = real_hosts(2, reset=True)
    config = "".join(
        f"Host web-{number}\n  HostName {host.address}\n  Port {host.port}\n  User deploy\n"
        f"  IdentityFile {host.key}\n  IdentitiesOnly yes\n  UserKnownHostsFile {host.known_hosts}\n"
        for number, host in enumerate(hosts, 1)
    )
    (tmp_path / "ssh_config").write_text(config)
    run = [
        "--data",
        f"ssh_config_file={tmp_path / 'ssh_config'}",
        str(EXAMPLES / "web/inventory.py"),
        str(EXAMPLES / "web/deploy.py"),
    ]
    return hosts, run


def test_web(web):
    hosts, run = web
    preview = pyinfra("--dry", *run)
    for host in hosts:
        assert host.exec("test", "-e", "/srv/example").returncode != 0
    first = pyinfra("--yes", *run)
    proposed = operations(preview, "will change")
    assert proposed
    assert operations(first, "changed") == proposed | operations(preview, "conditional")
    for number, host in enumerate(hosts, 1):
        look(host, f"web-{number}")
    again = pyinfra("--yes", *run)
    assert "Commands: 0\nChanges: 0\nHosts: 2\n" in again


def look(host, name: str) -> None:
    """Look at a host's own files, with other means than facts."""

    def said(*argv: str) -> str:
        done = host.exec(*argv)
        assert done.returncode == 0, (argv, done.stderr)
        return done.stdout

    assert said("dpkg-query", "-W", "-f=${Status}", "tree") == "install ok installed"
    assert said("getent", "passwd", "example").split(":")[5:] == ["/srv/example", "/usr/sbin/nologin\n"]
    assert said("stat", "-c", "%U %G %a %F", "/srv/example/public") == "example example 750 directory\n"
    assert (
        said("stat", "-c", "%U %G %a %F", "/srv/example/public/index.html")
        == "example example 640 regular file\n"
    )
    page = (EXAMPLES / "web/files/index.html").read_text()
    assert said("cat", "/srv/example/public/index.html") == page
    written = said("cat", "/etc/example.conf")
    assert f"on {name}\n" in written
    assert "port = 8080\n" in written
    assert said("tail", "-n", "1", "/etc/security/limits.conf") == "example soft nofile 4096\n"
