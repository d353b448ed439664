"""What can't be done: one error that names it, and a host that is left as it was."""

from __future__ import annotations

from functools import partial

import pytest
from pyinfra.operations import apt
from pyinfra_testkit.deploys import assert_preview_true, run_deploy
from pyinfra_testkit.failures import assert_each_fails, refusal_tests

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


test_arguments_that_make_no_sense_are_refused = refusal_tests(apt, REFUSED)


def state_of(host):
    """What apt and dpkg have, by their own tools and files."""
    packages = host.check_output("dpkg-query", "-W", "-f", "${Package} ${Version} ${Status}\\n").splitlines()
    modes = host.check_output("find", "/etc/apt", "-type", "f", "-printf", "%p %M %u\\n").splitlines()
    sums = host.check_output("find", "/etc/apt", "-type", "f", "-exec", "sha256sum", "{}", "+").splitlines()
    return packages + sorted(modes) + sorted(sums)


OPERATIONS = {
    "packages": partial(apt.packages, "tree"),
    "removal": partial(apt.packages, "cron", present=False),
    "deb": partial(apt.deb, "/srv/none.deb"),
    "repo": partial(apt.repo, SOURCE, filename="x"),
    "main repo": partial(apt.repo, SOURCE),
    "sources_file": partial(apt.sources_file, **STANZA),
    "key": partial(apt.key, "/srv/testkit-repository/key.asc", dest="x.gpg"),
    "ppa": partial(apt.ppa, "ppa:a/b"),
}


def all_fail(host, *names):
    operations = {name: OPERATIONS[name] for name in names}
    return assert_each_fails(host, operations, lambda: state_of(host), SUDO=True)


@pytest.mark.real_hosts
def test_a_file_system_that_can_not_be_written(ssh_host):
    ssh_host.check_output("apt-get", "update")
    for folder in ("/etc/apt", "/var/lib/dpkg"):
        ssh_host.check_output(
            "sh", "-c", f"mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}"
        )
    failed = all_fail(ssh_host, *OPERATIONS)
    assert "dpkg" in failed["packages"]
    for name in ("repo", "main repo", "sources_file", "key"):
        assert "ead-only" in failed[name], failed[name]


@pytest.mark.real_hosts
def test_a_file_system_that_is_full(ssh_host):
    ssh_host.check_output("apt-get", "update")
    # tree has a manual page; that does not fit.
    ssh_host.check_output("mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", "/usr/share/man")
    ssh_host.check_output("sh", "-c", "head -c 4096 /dev/zero > /usr/share/man/full")
    ssh_host.check_output("sh", "-c", "mount -t tmpfs -o size=4k,mode=755 tmpfs /etc/apt/sources.list.d")
    ssh_host.exec("sh", "-c", "cd /etc/apt/sources.list.d; yes '# full' > x.list")
    failed = all_fail(ssh_host, "packages", "repo", "sources_file")
    assert "No space left on device" in failed["sources_file"]
    assert not (ssh_host.root / "usr/bin/tree").exists()


@pytest.mark.real_hosts
def test_a_host_without_apt(ssh_host):
    ssh_host.check_output("sh", "-c", "mv /usr/bin/apt-get /usr/bin/apt-get.gone")
    failed = all_fail(ssh_host, "packages", "ppa")
    assert "apt-get" in failed["packages"]
    assert "apt-add-repository" in failed["ppa"]


@pytest.mark.real_hosts
def test_an_index_that_is_fetched_anew(ssh_host):
    ssh_host.check_output("sh", "-c", "rm -rf /var/lib/apt/lists/*")
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
