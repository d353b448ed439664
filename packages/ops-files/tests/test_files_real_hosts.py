"""Files on a real host, checked on its own file system."""

from __future__ import annotations

from io import StringIO

import pytest
from pyinfra.operations import files
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

pytestmark = pytest.mark.real_hosts

NAME = 'it\'s a\n"name" -é;$(id)'


@pytest.mark.parametrize("shell", ["dash", "bash", "/usr/local/bin/ash"])
def test_what_there_is(ssh_host, shell):
    script = ssh_host.root / "usr/local/bin/ash"
    script.write_text('#!/bin/sh\nexec busybox ash "$@"\n')
    script.chmod(0o755)

    def deploy():
        files.directory(name="directory", path=f"/srv/{NAME}", user="deploy", group="adm", mode="2750")
        files.file(name="file", path=f"/srv/{NAME}/file", user="4321", group="0", mode="u=rw,go=")
        files.link(name="link", path="/srv/link", target=NAME, user="deploy")
        files.link(name="hard", path="/srv/hard", target=f"/srv/{NAME}/file", symbolic=False)
        files.put(name="put", src=StringIO("é\n"), dest=f"/srv/-new/{NAME}", mode="640", mtime="2020-01-02")
        files.template(name="template", src=StringIO("{{ host.name }} {{ x }}\n"), dest="/srv/t", x="'x'")
        files.line(name="line", path="/etc/hosts", line="^10\\.0\\.0\\.5 .*$", replace="10.0.0.5 a.b # x/y")
        files.replace(name="replace", path="/etc/adduser.conf", text="^#*DSHELL=.*$", replace="DSHELL=/bin/x")
        files.block(name="block", path="/etc/hosts", content=["10.0.0.2 a", "10.0.0.3 b"])

    root = ssh_host.root
    (root / "etc/adduser.conf").write_text("A=1\n#DSHELL=/bin/sh\n")
    everything = ["directory", "file", "link", "hard", "put", "template", "line", "replace", "block"]
    assert assert_idempotent(ssh_host, deploy, SUDO=True, SHELL=shell).changed == everything
    assert ssh_host.exec("stat", "-c", "%U:%G %a", f"/srv/{NAME}").stdout == "deploy:adm 2750\n"
    assert (root / "srv" / NAME / "file").stat().st_nlink == 2
    assert str((root / "srv/link").readlink()) == NAME
    assert ssh_host.exec("stat", "-c", "%U", "/srv/link").stdout == "deploy\n"
    assert (root / "srv/-new" / NAME).read_text() == "é\n"
    assert [path.name for path in (root / "srv/-new").iterdir()] == [NAME]
    assert (root / "srv/t").read_text() == f"{ssh_host.name} 'x'\n"
    assert (root / "etc/adduser.conf").read_text() == "A=1\nDSHELL=/bin/x\n"
    hosts = (root / "etc/hosts").read_text()
    assert hosts.count("10.0.0.5 a.b # x/y\n") == 1
    assert "# BEGIN PYINFRA BLOCK\n10.0.0.2 a\n10.0.0.3 b\n# END PYINFRA BLOCK\n" in hosts


def test_a_home_is_that_of_the_user(ssh_host):
    def deploy():
        files.directory(name="directory", path="~/my dir", mode="700")
        files.put(name="put", src=StringIO("x"), dest="~/my dir/f")
        files.line(name="line", path="~/my dir/l", line="x")

    assert_idempotent(ssh_host, deploy)
    home = ssh_host.root / "home/deploy/my dir"
    assert sorted(path.name for path in home.iterdir()) == ["f", "l"]


def test_a_download_is_verified(ssh_host):
    served = ssh_host.root / "srv/served file"
    served.write_text("hello")
    right = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

    def deploy():
        files.download(
            name="download",
            src="file:///srv/served%20file",
            dest="/srv/the copy",
            sha256sum=right,
            mode="600",
            user="deploy",
        )

    assert_idempotent(ssh_host, deploy, SUDO=True)
    assert (ssh_host.root / "srv/the copy").read_text() == "hello"
    served.write_text("hacked")
    wrong = run_deploy(
        ssh_host,
        lambda: files.download(name="wrong", src="file:///srv/served%20file", dest="/srv/w", sha256sum=right),
        SUDO=True,
    )
    assert "wrong" in wrong.failed


def test_what_is_fetched_is_not_fetched_again(ssh_host, tmp_path):
    (ssh_host.root / "srv/x y").write_bytes(b"\0\xff")
    local = tmp_path / "new" / "x"

    def deploy():
        files.get(name="get", src="/srv/x y", dest=str(local), create_local_dir=True)

    assert_idempotent(ssh_host, deploy)
    assert local.read_bytes() == b"\0\xff"


def test_a_preview_makes_no_local_folder(ssh_host, tmp_path):
    run_deploy(
        ssh_host,
        lambda: files.get(src="/etc/hosts", dest=f"{tmp_path}/new/x", create_local_dir=True),
        dry=True,
    )
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("config", [{"SUDO": True}, {}], ids=["sudo", "own"])
def test_a_content_that_fails_its_check_changes_nothing(ssh_host, config):
    folder = ssh_host.root / "home/deploy"
    (folder / "app.conf").write_text("good\n")
    (folder / "app.conf").chmod(0o640)
    owner = "root:adm" if config else "deploy:deploy"
    ssh_host.exec("chown", owner, "/home/deploy/app.conf")
    check = {"validate": "cat {}; grep -q good {}"}

    def deploy():
        files.put(
            name="new", src=StringIO("bad one\n"), dest="/home/deploy/new.conf", **check, _ignore_errors=True
        )
        files.template(
            name="old", src=StringIO("{{ x }} two\n"), dest="/home/deploy/app.conf", x="bad", **check
        )

    result = run_deploy(ssh_host, deploy, **config)
    assert result.predicted == ["new", "old"]
    assert "failed `cat {}; grep -q good {}` (exit code 1): bad one" in result.failed["new"]
    assert "bad two" in result.failed["old"]
    assert (folder / "app.conf").read_text() == "good\n"
    assert not (folder / "new.conf").exists()
    assert not list(folder.glob(".pyinfra*"))
    good = {"src": StringIO("good too\n"), "dest": "/home/deploy/app.conf", "mode": "600", **check}
    assert_idempotent(ssh_host, lambda: files.put(name="good", **good), **config)
    assert ssh_host.exec("stat", "-c", "%U:%G %a", "/home/deploy/app.conf").stdout == f"{owner} 600\n"
    assert (folder / "app.conf").read_text() == "good too\n"


def test_an_owner_that_is_none_leaves_the_old_file(ssh_host):
    (ssh_host.root / "srv/x").write_text("old\n")
    result = run_deploy(
        ssh_host,
        lambda: files.put(name="put", src=StringIO("new\n"), dest="/srv/x", user="no-such-user"),
        SUDO=True,
    )
    assert "no-such-user" in result.failed["put"]
    assert (ssh_host.root / "srv/x").read_text() == "old\n"
