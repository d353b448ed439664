"""Trees on real hosts in which others have put links: root writes nothing where they lead."""

from __future__ import annotations

import pytest
from pyinfra.operations import files, server
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

pytestmark = pytest.mark.real_hosts


def found(root):
    return {
        str(path.relative_to(root)): path.readlink()
        if path.is_symlink()
        else path.is_file() and path.read_bytes()
        for path in root.rglob("*")
    }


@pytest.fixture
def outside(ssh_host):
    """A folder that no tree is to reach, beside `/srv/to`, which is a user's own."""
    folder = ssh_host.root / "srv/outside"
    folder.mkdir()
    (folder / "secret").write_text("kept\n")
    (ssh_host.root / "srv/to").mkdir()
    ssh_host.exec("chown", "-R", "deploy:", "/srv/to")
    return folder


# Files alone are uploaded one by one, many as one stream.
@pytest.fixture(params=[1, 30])
def source(request, tmp_path):
    for number in range(request.param):
        path = tmp_path / "src/d" / str(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"new {number}")
    return tmp_path / "src"


@pytest.mark.parametrize("mode", [None, "604"])
def test_a_link_in_the_place_of_a_file_is_replaced(ssh_host, outside, source, mode):
    script = "mkdir /srv/to/d; ln -s ../../outside/secret /srv/to/d/0; ln -s ../outside /srv/to/gone"
    assert ssh_host.exec("sh", "-ec", script, user="deploy").returncode == 0
    (outside / "secret").chmod(0o640)

    def code():
        files.sync(str(source), "/srv/to", user="ask", mode=mode, delete=True)

    assert_idempotent(ssh_host, code, SUDO=True)
    assert found(ssh_host.root / "srv/to") == found(source)
    assert found(outside) == {"secret": b"kept\n"}
    assert ssh_host.exec("stat", "-c", "%U %a", "/srv/outside/secret").stdout == "root 640\n"


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_link_in_the_place_of_a_folder_is_an_error(ssh_host, outside, source, when, caplog):
    plant = "rm -rf /srv/to/d; ln -s ../outside /srv/to/d"
    if when == "before":
        assert ssh_host.exec("sh", "-ec", plant, user="deploy").returncode == 0

    def code():
        # When this runs, what the tree was like has been asked.
        server.shell(name="meanwhile", commands=plant)
        files.sync(name="sync", src=str(source), dest="/srv/to", user="ask", delete=True)

    result = run_deploy(ssh_host, code, SUDO=True)
    assert result.failed
    assert "/srv/to/d exists and is not a directory" in f"{result.failed} {caplog.text}"
    assert found(outside) == {"secret": b"kept\n"}
    assert ssh_host.exec("stat", "-c", "%U", "/srv/outside").stdout == "root\n"


def test_what_is_fetched_replaces_what_a_link_here_leads_to_and_no_more(ssh_host, tmp_path):
    (ssh_host.root / "srv/x").write_text("fetched")
    (tmp_path / "real").write_text("old")
    (tmp_path / "other").write_text("other")
    (tmp_path / "dest").symlink_to("real")
    result = run_deploy(ssh_host, lambda: files.get(name="get", src="/srv/x", dest=f"{tmp_path}/dest"))
    assert result.changed == ["get"]
    assert (tmp_path / "dest").read_text() == "fetched"
    assert (tmp_path / "other").read_text() == "other"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dest", "other", "real"]
