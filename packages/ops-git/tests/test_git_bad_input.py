"""What git can't do: one error that names it, and a host that is left as it was."""

from __future__ import annotations

from functools import partial

import pytest
from pyinfra.operations import git
from pyinfra_testkit.deploys import run_deploy
from pyinfra_testkit.failures import assert_each_fails, assert_fails, refusal_tests

REPO = {"src": "/a", "dest": "/b"}
REFUSED = [
    ("repo", {**REPO, "src": ""}, "src must be a name, not ''"),
    ("repo", {**REPO, "src": 3}, "src must be a str, not 3"),
    ("repo", {**REPO, "dest": ""}, "dest must be the path of a folder, not ''"),
    ("repo", {**REPO, "branch": "--all"}, "branch must be a name, not '--all'"),
    ("repo", {**REPO, "branch": "a\nb"}, r"branch must be a name, not 'a\nb'"),
    ("repo", {**REPO, "depth": 0}, "depth must be one commit at least, not 0"),
    ("repo", {**REPO, "depth": "1"}, "depth must be a number of commits, not '1'"),
    ("repo", {**REPO, "user": ""}, "user must be a name, not ''"),
    ("repo", {**REPO, "group": 0}, "group must be a str, not 0"),
    ("repo", {**REPO, "ssh_keyscan": True}, "Could not parse domain (to SSH keyscan) from: /a"),
    ("bare_repo", {"path": ""}, "path must be the path of a folder, not ''"),
    ("bare_repo", {"path": "/a", "user": "-R"}, "user must be a name, not '-R'"),
    ("config", {"key": "", "value": "a"}, "key must be a name, not ''"),
    ("config", {"key": "--unset", "value": "a"}, "key must be a name, not '--unset'"),
    ("config", {"key": "a.b", "value": 5}, "value must be a str, not 5"),
    ("config", {"key": "a.b", "value": "c", "repo": ""}, "repo must be the path of a folder, not ''"),
    ("worktree", {"worktree": ""}, "worktree must be the path of a folder, not ''"),
    ("worktree", {"worktree": "/a", "commitish": ""}, "commitish must be a name, not ''"),
    ("worktree", {"worktree": "/a", "new_branch": "-d"}, "new_branch must be a name, not '-d'"),
    ("worktree", {"worktree": "/a", "repo": ""}, "repo must be the path of a folder, not ''"),
    ("worktree", {"worktree": "/a"}, "/a can't be made: say of which repository, as repo"),
    ("worktree", {"worktree": "/a", "repo": "/b", "user": ""}, "user must be a name, not ''"),
]
NOTHING = {
    "files.Directory": {f"path={path}": None for path in ("/a", "/b", "/b/.git")},
    "files.File": {"path=/a/HEAD": None},
}


test_arguments_that_make_no_sense_are_refused = refusal_tests(git, REFUSED, NOTHING)


def have(**arguments):
    return git.repo(**{"src": "/srv/git/none", "dest": "/srv/git/new", "name": "it", **arguments})


IMPOSSIBLE = {
    "a user that is not there": (lambda: have(user="nobody-here"), "has no 'nobody-here'"),
    "a group that is not there": (lambda: have(group="nobody-here"), "has no 'nobody-here'"),
    "a file in the place of a clone": (lambda: have(dest="/srv/git/file"), "/srv/git/file"),
    "a folder that is no clone": (
        lambda: have(src="/srv/git/source", dest="/srv/git/full"),
        "not an empty dir",
    ),
    "a bare one of nobody": (
        lambda: git.bare_repo("/srv/git/new", user="nobody-here", name="it"),
        "has no 'nobody-here'",
    ),
    "a bare one in a file": (lambda: git.bare_repo("/srv/git/file", name="it"), "/srv/git/file"),
    "no key": (lambda: git.config("name", "ann", name="it"), "key does not contain a section: name"),
    "a setting of no repository": (
        lambda: git.config("user.name", "ann", repo="/srv/git/full", name="it"),
        "there is no git repository in /srv/git/full",
    ),
    "a tree of no repository": (
        lambda: git.worktree("/srv/git/new", repo="/srv/git/full", name="it"),
        "is not a valid GIT repository : /srv/git/full",
    ),
    "a tree of nobody": (
        lambda: git.worktree("/srv/git/new", repo="/srv/git/source", user="nobody-here", name="it"),
        "has no 'nobody-here'",
    ),
    "a tree in a file": (
        lambda: git.worktree("/srv/git/file", repo="/srv/git/source", commitish="main", name="it"),
        "'/srv/git/file' already exists",
    ),
    "a tree of an unknown commit": (
        lambda: git.worktree("/srv/git/new", repo="/srv/git/source", commitish="none", name="it"),
        "invalid reference: none",
    ),
    "a folder that is no tree": (
        lambda: git.worktree("/srv/git/full", pull=False, name="it"),
        "/srv/git/full on fresh is no working tree",
    ),
    "a folder that is no tree, to follow": (
        lambda: git.worktree("/srv/git/full", name="it"),
        "git on fresh does not work in /srv/git/full",
    ),
    "a repository's own tree": (
        lambda: git.worktree("/srv/git/source", present=False, name="it"),
        "is a main working tree",
    ),
}


@pytest.mark.real_hosts
class TestOnHosts:
    @pytest.fixture
    def host(self, git_host):
        for script in (
            "mkdir full; echo kept > full/kept; echo kept > file",
            "git init -q source; cd source; echo one > file; git add .; git commit -qm one",
        ):
            git_host.check_output("sh", "-ec", f"cd /srv/git; {script}", user="deploy")
        return git_host

    def paths(self, host):
        listed = host.exec(
            "find", "/srv/git", "-path", "*/.git/*", "-prune", "-o", "-printf", "%p %u %g %M %s\n"
        )
        return sorted(listed.stdout.splitlines())

    def test_what_can_not_be_is_told_and_changes_nothing(self, host):
        for code, says in IMPOSSIBLE.values():
            assert_fails(host, code, says, lambda: self.paths(host))

    def test_a_file_system_that_can_not_be_written(self, host):
        host.exec("sh", "-c", "mount --bind /srv/git /srv/git; mount -o remount,bind,ro /srv/git")
        operations = {
            "repo": partial(git.repo, "/srv/git/source", "/srv/git/new"),
            "bare": partial(git.bare_repo, "/srv/git/bare"),
            "config": partial(git.config, "a.b", "c", repo="/srv/git/source"),
            "tree": partial(git.worktree, "/srv/git/tree", repo="/srv/git/source"),
        }
        failed = assert_each_fails(host, operations, lambda: self.paths(host))
        assert all("ead-only file system" in said for said in failed.values()), failed

    @pytest.mark.parametrize(
        "code",
        [
            lambda: git.config("a.b", "c", name="it"),
            lambda: git.bare_repo("/srv/new", name="it", _sudo=True),
            lambda: git.repo("/srv/none", "/srv/new", name="it", _sudo=True),
        ],
    )
    def test_a_host_without_git(self, ssh_host, code):
        said = run_deploy(ssh_host, code).failed.get("it", "")
        assert f"{ssh_host.name} has no git" in said
        assert not (ssh_host.root / "srv/new").exists()
