"""What can't be done: one error that names it, and a host that is left as it was."""

from __future__ import annotations

from functools import partial

import pytest
from pyinfra.operations import gpg
from pyinfra_testkit.failures import assert_each_fails, refusal_tests
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


test_arguments_that_make_no_sense_are_refused = refusal_tests(gpg, REFUSED)


@pytest.mark.parametrize("mode", ["0644", 640, "u=rw,go=r", None])
def test_modes_in_each_form(mode):
    facts = {"files.File": {"path=/y": None}, "files.Directory": {"path=/": {"mode": 755}}}
    with on_fake_host(facts):
        assert list(gpg.dearmor._inner("/x", "/y", mode=mode))


def below(host, folder):
    return sorted(host.check_output("find", folder, "-printf", "%p %M %s\n").splitlines())


OPERATIONS = {
    "key": partial(gpg.key, src=SOURCE, dest="/srv/small/new.gpg"),
    "copy": partial(gpg.key, src=SOURCE, dest="/srv/small/new.asc", dearmor=False),
    "dearmor": partial(gpg.dearmor, src=SOURCE, dest="/srv/small/other.gpg"),
    "removal": partial(gpg.key, dest="/srv/small/there.gpg", present=False),
    "folder": partial(gpg.key, src=SOURCE, dest="/srv/small/a/b.gpg"),
}


@pytest.mark.real_hosts
def test_a_file_system_that_can_not_be_written(ssh_host):
    made = "mkdir /srv/small; mount -t tmpfs tmpfs /srv/small; echo there > /srv/small/there.gpg"
    ssh_host.check_output("sh", "-ec", f"{made}; mount -o remount,ro /srv/small")
    failed = assert_each_fails(ssh_host, OPERATIONS, lambda: below(ssh_host, "/srv"), SUDO=True)
    assert all("Read-only file system" in why for why in failed.values()), failed


@pytest.mark.real_hosts
def test_a_host_without_gpg(ssh_host):
    ssh_host.check_output("mv", "/usr/bin/gpg", "/usr/bin/gpg.gone")
    operations = {
        "key": partial(gpg.key, src=SOURCE, dest="/srv/new.gpg"),
        "dearmor": partial(gpg.dearmor, src=SOURCE, dest="/srv/new.gpg"),
        "removal of a key": partial(gpg.key, dest="/srv/new.gpg", keyid=ID, present=False),
        "removal anywhere": partial(gpg.key, keyid=ID, present=False, working_dirs=["/srv"]),
    }
    failed = assert_each_fails(ssh_host, operations, lambda: below(ssh_host, "/srv"), SUDO=True)
    assert all("gpg" in why for why in failed.values()), failed


@pytest.mark.real_hosts
@pytest.mark.parametrize("filled", [40, 33], ids=["full", "almost full"])
def test_a_file_system_that_is_full(ssh_host, filled):
    """A keyring that is there counts as one the next time, so that there must be none, or the old one."""
    made = (
        "mkdir /srv/small; mount -t tmpfs -o size=40k,mode=755 tmpfs /srv/small; cd /srv/small\n"
        "for n in 1 2 3 4 5 6 7 8 9; do cat {key}; done > ../long.asc; echo other > there.gpg; chmod 600 there.gpg\n"
        "head -c {filled}k /dev/zero > filled || true"
    )
    ssh_host.check_output("sh", "-ec", made.format(key=SOURCE, filled=filled))
    arguments = {"src": "/srv/long.asc"}
    listed = ssh_host.check_output("gpg", "--show-keys", "--with-colons", SOURCE)
    (keyid, *_) = [line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:")]
    operations = {
        "key": partial(gpg.key, dest="/srv/small/new.gpg", **arguments),
        "copy": partial(gpg.key, dest="/srv/small/new.asc", dearmor=False, **arguments),
        "dearmor": partial(gpg.dearmor, src="/srv/long.asc", dest="/srv/small/other.gpg"),
        "folder": partial(gpg.key, dest="/srv/small/a/b.gpg", **arguments),
        "folder of a dearmored one": partial(gpg.dearmor, src="/srv/long.asc", dest="/srv/small/c/d.gpg"),
        "replaced": partial(gpg.key, dest="/srv/small/there.gpg", keyid=keyid, **arguments),
    }
    failed = assert_each_fails(ssh_host, operations, lambda: below(ssh_host, "/srv"), SUDO=True)
    assert all("No space left on device" in why for why in failed.values()), failed
