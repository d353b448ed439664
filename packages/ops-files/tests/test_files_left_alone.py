"""What fails leaves a host as it was: unknown owners make nothing, wrong downloads replace nothing."""

from __future__ import annotations

import hashlib
from io import StringIO

import pytest
from pyinfra.api import OperationValueError
from pyinfra.operations import files, server
from pyinfra_testkit.deploys import assert_idempotent, run_deploy
from pyinfra_testkit.fakes import on_fake_host

NOBODY = "no-such-one"


def listed(host):
    """All there is in `/srv`, with modes, owners and targets, as the host's own find tells."""
    return host.exec("find", "/srv", "-printf", "%p %M %U:%G %n %s %l\n").stdout


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def many(tmp_path):
    """A local folder with as many entries as are sent as one stream."""
    for number in range(40):
        (tmp_path / str(number)).write_text("x")
    return str(tmp_path)


@pytest.mark.real_hosts
@pytest.mark.parametrize("kind", ["user", "group"])
def test_an_owner_that_is_none_makes_nothing(ssh_host, many, kind):
    srv = ssh_host.root / "srv"
    (srv / "folder").mkdir()
    (srv / "file").write_text("x")
    assert ssh_host.exec("tar", "-cf", "/srv/a.tar", "-C", "/srv", "file").returncode == 0
    before = listed(ssh_host)
    owner = {kind: NOBODY, "_ignore_errors": True}

    def code():
        files.file(name="file", path="/srv/new", **owner)
        files.file(name="below", path="/srv/new/file", **owner)
        files.file(name="by force", path="/srv/folder", force=True, **owner)
        files.directory(name="directory", path="/srv/new", **owner)
        files.link(name="link", path="/srv/new", target="x", **owner)
        files.link(name="hard link", path="/srv/new", target="/srv/file", symbolic=False, **owner)
        files.put(name="put", src=StringIO("x"), dest="/srv/new/x", **owner)
        files.template(name="template", src=StringIO("x"), dest="/srv/new/x", **owner)
        files.download(name="download", src="file:///srv/file", dest="/srv/new", **owner)
        files.unarchive(name="unarchive", src="/srv/a.tar", dest="/srv/folder", remote_src=True, **owner)
        files.sync(name="sync", src=many, dest="/srv/new", **owner)
        files.directory(name="goes on", path="/tmp/goes-on")

    result = run_deploy(ssh_host, code, SUDO=True)
    assert result.changed == ["goes on"]
    assert len(result.failed) == 11
    for name, why in result.failed.items():
        assert why == f"`{kind}` must be a {kind} of the host, and {ssh_host.name} has no '{NOBODY}'", name
    assert listed(ssh_host) == before


@pytest.mark.real_hosts
def test_an_owner_that_an_earlier_operation_adds(ssh_host):
    def code():
        server.group(name="group", group="ops")
        files.directory(name="directory", path="/srv/ops", group="ops", mode="2770")
        files.file(name="file", path="/srv/ops/file", user="deploy", group="4242")

    assert_idempotent(ssh_host, code, SUDO=True)
    assert ssh_host.exec("stat", "-c", "%G %a", "/srv/ops").stdout == "ops 2770\n"
    assert ssh_host.exec("stat", "-c", "%U:%g", "/srv/ops/file").stdout == "deploy:4242\n"


@pytest.mark.real_hosts
@pytest.mark.parametrize("tool", ["curl", "wget"])
def test_a_wrong_download_replaces_nothing(ssh_host, tool):
    srv = ssh_host.root / "srv"
    (srv / "good").write_text("good")
    (srv / "bad").write_text("bad")
    if tool == "wget":
        ssh_host.exec("rm", "/usr/bin/curl")
    served = "http://127.0.0.1:8080"
    assert ssh_host.exec("busybox", "httpd", "-p", "127.0.0.1:8080", "-h", "/srv").returncode == 0

    def download(which):
        files.download(
            name="download",
            src=f"{served}/{which}",
            dest="/srv/it's here",
            sha256sum=sha256(which),
            mode="640",
            user="deploy",
        )

    assert_idempotent(ssh_host, lambda: download("good"), SUDO=True)
    (srv / "good").write_text("no longer")
    before = listed(ssh_host)
    for dest in ("/srv/it's here", "/srv/new"):
        result = run_deploy(
            ssh_host,
            lambda dest=dest: files.download(
                name="wrong", src=f"{served}/bad", dest=dest, sha256sum=sha256("good"), force=True
            ),
            SUDO=True,
        )
        assert (
            f"SHA256 did not match! What {ssh_host.name} has downloaded for {dest}" in result.failed["wrong"]
        )
        assert sha256("bad") in result.failed["wrong"]
    assert listed(ssh_host) == before
    assert (srv / "it's here").read_text() == "good"


@pytest.mark.parametrize("dest", ["/srv/a", "/srv/a/", "/srv//a/b", "/srv/./a/b"])
def test_a_copy_into_itself_is_refused(dest):
    facts = {"files.Directory": {"path=/srv/a": {}, f"path={dest}": {}}}
    with on_fake_host(facts), pytest.raises(OperationValueError, match=f"{dest} is in /srv/a"):
        list(files.copy._inner("/srv/a", dest))


def test_a_copy_beside_is_none_into_itself(tmp_path):
    for name in ("a", "ab"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "x").write_text("x")
    assert_idempotent("@local", lambda: files.copy(f"{tmp_path}/a", f"{tmp_path}/ab"))
    assert (tmp_path / "ab/a/x").read_text() == "x"
