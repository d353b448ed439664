"""What can't be done: one error that names it, and a host that is left as it was."""

from __future__ import annotations

import pytest
from pyinfra.api import OperationError
from pyinfra.operations import files, gpg
from pyinfra_testkit.deploys import run_deploy
from pyinfra_testkit.fakes import on_fake_host

SOURCE = "/srv/testkit-repository/key.asc"
ID = "A" * 40

# Refused before the host is asked: operation, arguments, what the error says.
REFUSED = [
    ("key", {"src": "/x"}, "`dest` must be provided"),
    ("key", {"dest": "/x"}, "`src` or `keyserver` must be provided"),
    ("key", {"src": "", "dest": "/x"}, "src must be a path or a URL"),
    ("key", {"src": 3, "dest": "/x"}, "src must be text, not 3"),
    ("key", {"src": "/x", "dest": 3}, "dest must be text, not 3"),
    ("key", {"src": "/x", "dest": "/./x"}, "src and dest must be two files"),
    ("key", {"src": "/x", "dest": "/y", "mode": "9"}, "mode: Invalid file mode"),
    ("key", {"src": "/x", "dest": "/y", "mode": "rw"}, "mode must be octal digits"),
    ("key", {"src": "/x", "dest": "/y", "mode": True}, "mode must be octal digits"),
    ("key", {"keyserver": 3, "keyid": ID, "dest": "/y"}, "keyserver must be text"),
    ("key", {"keyserver": "a", "dest": "/y"}, "`keyid` must be provided"),
    ("key", {"keyserver": "a", "keyid": "x-z", "dest": "/y"}, "not 'x-z'"),
    ("key", {"keyserver": "a", "src": "/x", "keyid": ID, "dest": "/y"}, "can't both be"),
    ("dearmor", {"src": "", "dest": "/x"}, "src must be the path of a keyring"),
    ("dearmor", {"src": "/x", "dest": 3}, "dest must be the path of a keyring"),
    ("dearmor", {"src": "/x", "dest": "/y", "mode": "abc"}, "mode must be octal digits"),
]


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    REFUSED,
    ids=[f"{name}-{number}" for number, (name, *_) in enumerate(REFUSED)],
)
def test_arguments_that_make_no_sense_are_refused(name, arguments, error):
    with on_fake_host({}), pytest.raises(OperationError) as raised:
        list(getattr(gpg, name)._inner(**arguments))
    assert error in str(raised.value)


@pytest.mark.parametrize("mode", ["0644", 640, "u=rw,go=r", None])
def test_modes_in_each_form(mode):
    facts = {"files.File": {"path=/y": None}, "files.Directory": {"path=/": {"mode": 755}}}
    with on_fake_host(facts):
        assert list(gpg.dearmor._inner("/x", "/y", mode=mode))


OPERATIONS = {
    "key": lambda: gpg.key(name="key", src=SOURCE, dest="/srv/small/new.gpg", _ignore_errors=True),
    "copy": lambda: gpg.key(
        name="copy", src=SOURCE, dest="/srv/small/new.asc", dearmor=False, _ignore_errors=True
    ),
    "dearmor": lambda: gpg.dearmor(
        name="dearmor", src=SOURCE, dest="/srv/small/other.gpg", _ignore_errors=True
    ),
    "removal": lambda: gpg.key(
        name="removal", dest="/srv/small/there.gpg", present=False, _ignore_errors=True
    ),
    "folder": lambda: gpg.key(name="folder", src=SOURCE, dest="/srv/small/a/b.gpg", _ignore_errors=True),
}


def all_fail(host, operations):
    def code():
        for operation in operations.values():
            operation()
        files.directory(name="goes on", path="/tmp/goes-on")

    result = run_deploy(host, code, SUDO=True)
    assert sorted(result.failed) == sorted(operations)
    assert result.changed == ["goes on"]
    return result.failed


def run(host, *argv):
    done = host.exec(*argv)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.real_hosts
def test_a_file_system_that_can_not_be_written(ssh_host):
    run(ssh_host, "sh", "-ec", "mkdir /srv/small; mount -t tmpfs tmpfs /srv/small")
    run(ssh_host, "sh", "-ec", "echo there > /srv/small/there.gpg; mount -o remount,ro /srv/small")
    failed = all_fail(ssh_host, OPERATIONS)
    assert all("Read-only file system" in why for why in failed.values()), failed
    assert run(ssh_host, "find", "/srv/small", "-type", "f").splitlines() == ["/srv/small/there.gpg"]


@pytest.mark.real_hosts
def test_a_host_without_gpg(ssh_host):
    run(ssh_host, "mv", "/usr/bin/gpg", "/usr/bin/gpg.gone")
    failed = all_fail(
        ssh_host,
        {
            "key": lambda: gpg.key(name="key", src=SOURCE, dest="/srv/new.gpg", _ignore_errors=True),
            "dearmor": lambda: gpg.dearmor(
                name="dearmor", src=SOURCE, dest="/srv/new.gpg", _ignore_errors=True
            ),
        },
    )
    assert all("gpg" in why for why in failed.values()), failed
    assert not (ssh_host.root / "srv/new.gpg").exists()
