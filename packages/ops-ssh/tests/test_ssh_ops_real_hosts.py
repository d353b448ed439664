"""One real host reaches another by ssh and scp."""

from __future__ import annotations

import shutil

import pytest
from pyinfra.api import OperationTypeError, OperationValueError
from pyinfra.operations import server, ssh
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

KNOWN = "home/deploy/.ssh/known_hosts"


@pytest.fixture
def hosts(real_hosts):
    """Two hosts; the first has the key that the second lets in."""
    first, second = real_hosts(2, reset=True)
    key = first.root / "home/deploy/.ssh/id_ed25519"
    shutil.copyfile(first.key, key)
    key.chmod(0o600)
    first.exec("chown", "deploy:deploy", "/home/deploy/.ssh/id_ed25519")
    return first, second


def know(first, second):
    assert not run_deploy(first, lambda: ssh.keyscan(second.address)).failed


def key_of(host):
    return " ".join((host.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text().split()[:2])


def test_keys_are_taken_once(hosts):
    first, second = hosts

    def have(**arguments):
        return lambda: ssh.keyscan(second.address, name="know", **arguments)

    result = assert_preview_true(first, have())
    assert (result.changed, result.paths) == (["know"], [KNOWN])
    assert f"{second.address} {key_of(second)}" in (first.root / KNOWN).read_text().splitlines()
    assert run_deploy(first, have()).commands == 0
    assert_idempotent(first, lambda: ssh.keyscan(first.address, name="know another"))
    (first.root / KNOWN).write_text(f"{second.address} ssh-ed25519 {'A' * 68}\n")
    assert run_deploy(first, have(force=True)).changed == ["know"]
    assert "AAAAAAAAAAAAAAAAAAAA" not in (first.root / KNOWN).read_text()
    assert key_of(second) in (first.root / KNOWN).read_text()


def test_no_host_there_is_no_success(hosts):
    first, second = hosts
    known = f"{second.address} {key_of(second)}\n"
    (first.root / KNOWN).write_text(known)
    (first.root / KNOWN).chmod(0o666)

    def code():
        for force in (False, True):
            ssh.keyscan(
                second.address,
                name=f"know {force}",
                port=1 if not force else 22,
                force=force,
                _ignore_errors=True,
            )
        server.shell("true", name="next")

    assert second.exec("sh", "-c", 'kill "$(cat /run/sshd.pid)"').returncode == 0
    result = run_deploy(first, code)
    assert (list(result.failed), result.changed) == (["know False", "know True"], ["next"])
    assert (first.root / KNOWN).read_text() == known


def test_a_scan_without_keys_is_no_success(hosts):
    """Up to version 7.6 of OpenSSH, ssh-keyscan that finds none exits with 0."""
    first, second = hosts
    known = f"{second.address} {key_of(second)}\n"
    (first.root / KNOWN).write_text(known)
    (first.root / KNOWN).chmod(0o666)
    (first.root / "usr/local/bin/ssh-keyscan").write_text("#!/bin/sh\n")
    (first.root / "usr/local/bin/ssh-keyscan").chmod(0o755)

    def code():
        ssh.keyscan(first.address, name="new", _ignore_errors=True)
        ssh.keyscan(second.address, name="anew", force=True, _ignore_errors=True)

    failed = run_deploy(first, code).failed
    assert list(failed) == ["new", "anew"]
    assert all("ssh-keyscan found no key of" in said for said in failed.values())
    assert (first.root / KNOWN).read_text() == known


def test_keys_of_others_stay_on_a_full_disk(hosts):
    """There, ssh-keygen -R writes what it can, or nothing, and succeeds."""
    first, second = hosts
    others = [f"other-{number} {key_of(first)}" for number in range(30)]
    known = "\n".join([f"{second.address} {key_of(first)}", *others, ""])
    script = "mount -t tmpfs -o size=16k,mode=700 tmpfs /root/.ssh; cd /root/.ssh; cat > known_hosts"
    first.check_output(
        "sh", "-c", f"{script}; cp known_hosts known_hosts.old; cat /dev/zero > zero; true", input=known
    )

    def code():
        ssh.keyscan(second.address, name="anew", force=True, _sudo=True)

    for _ in range(2):
        assert "ssh-keygen could not write all of" in run_deploy(first, code).failed["anew"]
        assert first.check_output("cat", "/root/.ssh/known_hosts") == known
        first.check_output("sh", "-c", "cat /dev/zero > /root/.ssh/zero; true")
    first.check_output("rm", "/root/.ssh/zero")
    assert run_deploy(first, code).changed == ["anew"]
    lines = first.check_output("cat", "/root/.ssh/known_hosts").splitlines()
    assert lines[:30] == others
    assert f"{second.address} {key_of(second)}" in lines[30:]


def test_a_last_line_without_a_newline_stays_a_line(hosts):
    first, second = hosts
    known = f"{first.address} {key_of(first)}"
    (first.root / KNOWN).write_text(known)
    (first.root / KNOWN).chmod(0o666)
    know(first, second)
    lines = (first.root / KNOWN).read_text().splitlines()
    assert lines[0] == known
    assert f"{second.address} {key_of(second)}" in lines


def test_a_command(hosts):
    first, second = hosts
    know(first, second)
    text = 'touch "/home/deploy/it\'s $(id -un)"'
    result = assert_preview_true(first, lambda: ssh.command(second.address, text, user="deploy", name="run"))
    assert result.changed == ["run"]
    assert (second.root / "home/deploy/it's deploy").exists()
    failed = run_deploy(first, lambda: ssh.command(second.address, "exit 3", name="run"))
    assert "exit code 3" in failed.failed["run"]


@pytest.mark.parametrize("name", ["plain", "it's; $(id) `id`", "-dash"])
def test_a_file_there_and_back(hosts, name):
    first, second = hosts
    (first.root / "home/deploy" / name).write_text("content\n")
    arguments = {"user": "deploy", "ssh_keyscan": True}

    def there():
        ssh.upload(second.address, f"/home/deploy/{name}", f"/tmp/{name}", name="up", **arguments)

    assert assert_preview_true(first, there).changed == ["up"]
    assert (second.root / "tmp" / name).read_text() == "content\n"

    def back():
        ssh.download(second.address, f"/tmp/{name}", f"/home/deploy/back/{name}", name="down", **arguments)

    (first.root / "home/deploy/back").mkdir()
    first.exec("chown", "deploy", "/home/deploy/back")
    result = assert_preview_true(first, back, root="/home/deploy/back")
    assert (result.changed, result.paths) == (["down"], [name])
    assert run_deploy(first, back).unchanged == ["down"]
    assert (first.root / "home/deploy/back" / name).read_text() == "content\n"


def test_an_upload_to_where_only_root_writes(hosts):
    first, second = hosts
    (first.root / "home/deploy/motd").write_text("hello\n")

    def code():
        ssh.upload(
            second.address,
            "/home/deploy/motd",
            "/etc/it's motd",
            user="deploy",
            use_remote_sudo=True,
            ssh_keyscan=True,
            name="up",
        )

    assert run_deploy(first, code).changed == ["up"]
    assert (second.root / "etc/it's motd").read_text() == "hello\n"


def test_an_upload_that_can_not_be_moved_leaves_nothing(hosts):
    first, second = hosts
    know(first, second)

    def code():
        ssh.upload(
            second.address, "/etc/hostname", "/none/it", user="deploy", use_remote_sudo=True, name="up"
        )

    assert "/none/it" in run_deploy(first, code).failed["up"]
    assert not [path.name for path in (second.root / "tmp").iterdir() if path.is_file()]


def test_what_can_not_be_copied_fails_and_leaves_nothing(hosts):
    first, second = hosts
    know(first, second)

    def code():
        ssh.download(second.address, "/none", "/home/deploy/new", name="none", _ignore_errors=True)
        ssh.upload(second.address, "/none", "/home/deploy/new", name="up", _ignore_errors=True)
        ssh.command(first.address, "true", name="unknown key", _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(first, code)
    assert list(result.failed) == ["none", "up", "unknown key"]
    assert "Host key verification failed" in result.failed["unknown key"]
    assert result.changed == ["next"]
    assert not (first.root / "home/deploy/new").exists()
    assert not (second.root / "home/deploy/new").exists()


def test_a_part_of_a_file_is_not_taken_for_it(hosts):
    first, second = hosts
    know(first, second)
    (second.root / "srv/large").write_text("x" * 100_000)
    mount = (
        "mkdir /srv/small; mount -t tmpfs -o size=40k,mode=777 tmpfs /srv/small; echo old > /srv/small/old"
    )
    first.check_output("sh", "-ec", f"{mount}; chmod 666 /srv/small/old")

    def code():
        ssh.download(second.address, "/srv/large", "/srv/small/new", name="new", _ignore_errors=True)
        ssh.download(
            second.address, "/srv/large", "/srv/small/old", name="old", force=True, _ignore_errors=True
        )

    def content():
        return first.check_output("sh", "-c", "cd /srv/small; ls -A; cat old")

    for _ in range(2):
        assert list(run_deploy(first, code).failed) == ["new", "old"]
        assert content() == "old\nold\n"
    first.check_output("mount", "-o", "remount,size=1m", "/srv/small")
    assert run_deploy(first, code).changed == ["new", "old"]
    assert first.check_output("sh", "-c", "cd /srv/small; cat new old | wc -c").strip() == "200000"


def test_a_folder_in_the_place_of_a_file(hosts, caplog):
    first, second = hosts
    (first.root / "home/deploy/folder").mkdir()
    assert run_deploy(
        first, lambda: ssh.download(second.address, "/etc/motd", "/home/deploy/folder", name="down")
    ).failed
    assert "/home/deploy/folder already exists and is not a file" in caplog.text
    assert first.name in caplog.text
    assert not list((first.root / "home/deploy/folder").iterdir())


def test_file_systems_that_can_not_be_written(hosts):
    first, second = hosts
    know(first, second)
    (first.root / "home/deploy/motd").write_text("hello\n")
    known = (first.root / KNOWN).read_text()
    for host in hosts:
        host.exec("sh", "-c", "mount --bind /home /home && mount -o remount,bind,ro /home")
    there = {"hostname": second.address, "user": "deploy", "_ignore_errors": True}

    def code():
        ssh.keyscan(first.address, name="know", _ignore_errors=True)
        ssh.keyscan(second.address, name="know anew", force=True, _ignore_errors=True)
        ssh.upload(filename="/home/deploy/motd", remote_filename="/home/deploy/it", name="up", **there)
        ssh.download(filename="/etc/hostname", local_filename="/home/deploy/it", name="down", **there)
        server.shell("true", name="next")

    result = run_deploy(first, code)
    assert (list(result.failed), result.changed) == (["know", "know anew", "up", "down"], ["next"])
    assert all("ead-only" in result.failed[name] for name in ("know", "down")), result.failed
    assert (first.root / KNOWN).read_text() == known
    assert not (first.root / "home/deploy/it").exists()
    assert not (second.root / "home/deploy/it").exists()


def test_a_file_in_the_place_of_the_folder_of_keys(hosts, caplog):
    first, second = hosts
    first.exec("sh", "-c", "rm -r /root/.ssh; echo kept > /root/.ssh")
    assert run_deploy(first, lambda: ssh.keyscan(second.address, name="know", _sudo=True)).failed
    assert "/root/.ssh" in caplog.text
    assert (first.root / "root/.ssh").read_text() == "kept\n"


def test_a_host_without_ssh(hosts):
    first, second = hosts
    know(first, second)
    first.exec("sh", "-c", "cd /usr/bin; rm ssh scp ssh-keyscan")

    def code():
        ssh.keyscan(first.address, name="ssh-keyscan", _ignore_errors=True)
        ssh.command(second.address, "true", name="ssh", _ignore_errors=True)
        ssh.upload(second.address, "/etc/motd", "/tmp/it", name="scp", _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(first, code)
    assert (list(result.failed), result.changed) == (["ssh-keyscan", "ssh", "scp"], ["next"])
    for tool, said in result.failed.items():
        assert f"{tool}: not found" in said


@pytest.mark.parametrize(
    ("operation", "arguments", "says"),
    [
        (ssh.keyscan, {"hostname": ""}, "hostname must be a name, not ''"),
        (ssh.keyscan, {"hostname": "-oProxyCommand=x"}, "hostname must be a name, not '-oProxyCommand=x'"),
        (ssh.keyscan, {"port": 0}, "port must be a number from 1 to 65535, not 0"),
        (ssh.keyscan, {"port": True}, "port must be a number from 1 to 65535, not True"),
        (ssh.command, {"command": " "}, "command must not be empty"),
        (ssh.command, {"command": "true", "user": ""}, "user must be a name, not ''"),
        (ssh.upload, {"filename": ""}, "filename must be the path of a file, not ''"),
        (ssh.upload, {"filename": "/a", "remote_filename": ""}, "remote_filename must be the path of a file"),
        (ssh.download, {"filename": 5}, "filename must be a str, not 5"),
    ],
)
def test_bad_arguments(operation, arguments, says):
    with pytest.raises((OperationTypeError, OperationValueError)) as raised:
        run_deploy("@local", lambda: operation(**{"hostname": "other", **arguments}))
    assert says in str(raised.value)
