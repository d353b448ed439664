"""What can't be done: one error that names it, and a host that is left as it was."""

from __future__ import annotations

import pytest
from pyinfra.api import OperationError
from pyinfra.operations import apt, files
from pyinfra_testkit.deploys import assert_preview_true, run_deploy
from pyinfra_testkit.fakes import on_fake_host

SOURCE = "deb http://a.example.com/x stable main"
STANZA = {"filename": "x", "uris": "http://a.example.com", "suites": "stable", "components": "main"}

# Refused before the host is asked: operation, arguments, what the error says.
REFUSED = [
    ("packages", {"packages": 3}, "packages must be names of packages"),
    ("packages", {"packages": ["a", ""]}, "packages must be names of packages"),
    ("packages", {"packages": "a", "latest": True, "present": False}, "latest=True"),
    ("packages", {"packages": "a", "extra_install_args": "'"}, "extra_install_args"),
    ("deb", {"src": ""}, "src must be a URL or the path"),
    ("deb", {"src": 3}, "src must be a URL or the path"),
    ("deb", {"src": "a\0.deb"}, "src must be a URL or the path"),
    ("repo", {"src": ""}, "src must be a line"),
    ("repo", {"src": 3}, "src must be a line"),
    ("repo", {"src": SOURCE, "filename": ""}, "filename must be a file's name"),
    ("repo", {"src": SOURCE, "filename": 3}, "filename must be a file's name"),
    ("ppa", {"src": 3}, "src must be a PPA"),
    ("update", {"cache_time": True}, "cache_time must be a number of seconds"),
    ("key", {}, "`src` or `keyserver`"),
    ("key", {"src": 3}, "src must be the path or URL of a keyring"),
    ("key", {"src": ""}, "src must be the path or URL of a keyring"),
    ("key", {"src": "/x", "dest": 3}, "dest must be the path or name of a keyring"),
    ("key", {"src": "/x", "dest": ""}, "dest must be the path or name of a keyring"),
    ("key", {"keyserver": 3, "keyid": "A" * 40}, "keyserver must be"),
    ("key", {"src": "/x", "keyserver": "y", "keyid": "A" * 40}, "can't both be"),
    ("sources_file", {**STANZA, "filename": 3}, "filename must be a file's name"),
    ("sources_file", {**STANZA, "uris": 3}, "uris must be words"),
    ("sources_file", {**STANZA, "uris": "example.com"}, "uris must be URIs"),
    ("sources_file", {**STANZA, "uris": "http://a\nTrusted: yes"}, "uris must be URIs"),
    ("sources_file", {**STANZA, "suites": ""}, "one suite"),
    ("sources_file", {**STANZA, "types": "rpm"}, "types must be deb, deb-src or both"),
    ("sources_file", {**STANZA, "signed_by": 3}, "signed_by must be"),
]


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    REFUSED,
    ids=[f"{name}-{number}" for number, (name, *_) in enumerate(REFUSED)],
)
def test_arguments_that_make_no_sense_are_refused(name, arguments, error):
    with on_fake_host({}), pytest.raises(OperationError) as raised:
        list(getattr(apt, name)._inner(**arguments))
    assert error in str(raised.value)


def run(host, *argv):
    done = host.exec(*argv)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def state_of(host):
    """What apt and dpkg have, by their own tools and files."""
    packages = run(host, "dpkg-query", "-W", "-f", "${Package} ${Version} ${Status}\\n").splitlines()
    modes = run(host, "find", "/etc/apt", "-type", "f", "-printf", "%p %M %u\\n").splitlines()
    sums = run(host, "find", "/etc/apt", "-type", "f", "-exec", "sha256sum", "{}", "+").splitlines()
    return packages + sorted(modes) + sorted(sums)


MANY = {
    "packages": lambda: apt.packages(name="packages", packages="tree", _ignore_errors=True),
    "removal": lambda: apt.packages(name="removal", packages="cron", present=False, _ignore_errors=True),
    "deb": lambda: apt.deb(name="deb", src="/srv/none.deb", _ignore_errors=True),
    "repo": lambda: apt.repo(name="repo", src=SOURCE, filename="x", _ignore_errors=True),
    "main repo": lambda: apt.repo(name="main repo", src=SOURCE, _ignore_errors=True),
    "sources_file": lambda: apt.sources_file(name="sources_file", **STANZA, _ignore_errors=True),
    "key": lambda: apt.key(
        name="key", src="/srv/testkit-repository/key.asc", dest="x.gpg", _ignore_errors=True
    ),
    "ppa": lambda: apt.ppa(name="ppa", src="ppa:a/b", _ignore_errors=True),
}


def all_fail(host, names):
    """Have all of these fail, and what follows them run."""

    def code():
        for name in names:
            MANY[name]()
        files.directory(name="goes on", path="/tmp/goes-on")

    before = state_of(host)
    result = run_deploy(host, code, SUDO=True)
    assert sorted(result.failed) == sorted(names)
    assert result.changed == ["goes on"]
    assert state_of(host) == before
    return result.failed


@pytest.mark.real_hosts
def test_a_file_system_that_can_not_be_written(ssh_host):
    run(ssh_host, "apt-get", "update")
    for folder in ("/etc/apt", "/var/lib/dpkg"):
        run(ssh_host, "sh", "-c", f"mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}")
    failed = all_fail(ssh_host, MANY)
    assert "dpkg" in failed["packages"]
    for name in ("repo", "main repo", "sources_file", "key"):
        assert "ead-only" in failed[name], failed[name]


@pytest.mark.real_hosts
def test_a_file_system_that_is_full(ssh_host):
    run(ssh_host, "apt-get", "update")
    # tree has a manual page; that does not fit.
    run(ssh_host, "mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", "/usr/share/man")
    run(ssh_host, "sh", "-c", "head -c 4096 /dev/zero > /usr/share/man/full")
    run(ssh_host, "sh", "-c", "mount -t tmpfs -o size=4k,mode=755 tmpfs /etc/apt/sources.list.d")
    ssh_host.exec("sh", "-c", "cd /etc/apt/sources.list.d; yes '# full' > x.list")
    failed = all_fail(ssh_host, ["packages", "repo", "sources_file"])
    assert "No space left on device" in failed["sources_file"]
    assert not (ssh_host.root / "usr/bin/tree").exists()


@pytest.mark.real_hosts
def test_a_host_without_apt(ssh_host):
    run(ssh_host, "sh", "-c", "mv /usr/bin/apt-get /usr/bin/apt-get.gone")
    failed = all_fail(ssh_host, ["packages", "ppa"])
    assert "apt-get" in failed["packages"]
    assert "apt-add-repository" in failed["ppa"]


@pytest.mark.real_hosts
def test_an_index_that_is_fetched_anew(ssh_host):
    run(ssh_host, "sh", "-c", "rm -rf /var/lib/apt/lists/*")
    result = assert_preview_true(
        ssh_host, lambda: apt.update(name="update"), root="/var/lib/apt/lists", SUDO=True
    )
    assert result.changed == ["update"]
    assert any("testkit-repository" in path for path in result.paths)


# Stands in for add-apt-repository(1) of Ubuntu's software-properties-common, of which Debian has none for PPAs: it
# asks a question unless there is a -y, and keeps a file for each PPA.
ADD_REPOSITORY = """\
#!/bin/sh
test "$1" = -y || read answer || exit 1
shift
remove=; test "$1" = --remove && remove=1 && shift
case $1 in ppa:?*/?*) ;; *) echo "Unable to handle repository shortcut '$1'"; exit 1 ;; esac
file="/etc/apt/sources.list.d/$(echo "${1#ppa:}" | tr / -).list"
if test -n "$remove"; then rm -f "$file"; else echo "# $1" > "$file"; fi
"""


@pytest.mark.real_hosts
def test_a_ppa(ssh_host):
    tool = ssh_host.root / "usr/bin/apt-add-repository"
    tool.write_text(ADD_REPOSITORY)
    tool.chmod(0o755)
    added = assert_preview_true(ssh_host, lambda: apt.ppa(name="ppa", src="ppa:a/b"), SUDO=True)
    file = "etc/apt/sources.list.d/a-b.list"
    assert [path for path in added.paths if path.endswith(".list")] == [file]
    assert (ssh_host.root / file).read_text() == "# ppa:a/b\n"
    assert not run_deploy(
        ssh_host, lambda: apt.ppa(name="no ppa", src="ppa:a/b", present=False), SUDO=True
    ).failed
    assert not (ssh_host.root / file).exists()
    result = run_deploy(ssh_host, lambda: apt.ppa(name="none", src="$(id)"), SUDO=True)
    assert "Unable to handle repository shortcut '$(id)'" in result.failed["none"]
