"""What git could not make: nothing of it is left, what was there is, and the next run makes it."""

from __future__ import annotations

import pytest
from pyinfra.operations import git, server
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

pytestmark = pytest.mark.real_hosts

BROKEN = "git init -q broken; cd broken; echo text > file; git add .; git commit -qm one"
LOSE = 'cd broken; name=$(git rev-parse HEAD:file); rm -f ".git/objects/$(echo $name | cut -c1-2)/"*'
OUTER = "git init -q outer; cd outer; git submodule -q add /srv/git/source inner; git commit -qm one"
MOVE = "cd outer; git config -f .gitmodules submodule.inner.url /srv/git/none; git commit -qam two"
SETUP = (
    "git init -q source; cd source; yes text | head -c 400000 > large; git add .; git commit -qm one",
    *(BROKEN, LOSE, OUTER, MOVE),
    "mkdir full; echo kept > full/kept",
)
# What makes a clone fail.
FAILING = {
    "a checkout that fails": {"src": "/srv/git/broken"},
    "a submodule": {"src": "/srv/git/outer", "update_submodules": True},
    "nothing there": {"src": "/srv/git/none"},
    "no network": {"src": "git://127.0.0.1:1/none"},
    "a source that dies": {"src": "file:///srv/git/broken"},
    "an unknown branch": {"src": "/srv/git/source", "branch": "none"},
    "an owner": {"src": "/srv/git/source", "user": "root"},
    "keys": {"src": "nobody.invalid:x", "ssh_keyscan": True},
}


SIZE = 400_000


def run(host, script, *arguments, user="deploy"):
    return host.check_output("sh", "-ec", f"cd /srv/git; {script}", "sh", *arguments, user=user)


@pytest.fixture
def host(git_host):
    for script in SETUP:
        run(git_host, script)
    return git_host


def paths(host):
    return sorted(run(host, r"find . -path '*/.git/*' -prune -o -printf '%p %u %g %M\n'").splitlines())


def test_clones(host):
    folders = {f"/srv/git/new's/{why}": why for why in FAILING}
    folders.update({f"/srv/git/{why}": why for why in list(FAILING)[:2]})
    run(host, 'mkdir "$1" "$2"', *list(FAILING)[:2])
    before = paths(host)

    def code():
        for folder, why in folders.items():
            git.repo(dest=folder, name=folder, _ignore_errors=True, **FAILING[why])
        git.repo("/srv/git/source", "/srv/git/full", name="full", _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(host, code)
    assert result.changed == ["next"]
    assert list(result.failed) == [*folders, "full"]
    assert "not an empty directory" in result.failed["full"]
    assert paths(host) == before

    new_and_empty = list(folders)[:: len(folders) - 1]

    def mended():
        for folder in new_and_empty:
            git.repo("/srv/git/source", folder, name=folder)

    assert len(assert_idempotent(host, mended).changed) == 2
    assert (host.root / "srv/git/new's/a checkout that fails/large").stat().st_size == SIZE


def test_a_disk_that_is_full(host):
    run(host, "mkdir small; mount -t tmpfs -o size=300k,nr_inodes=60,mode=777 tmpfs small", user="root")
    run(host, "mkdir small/empty small/hooks; echo kept > small/hooks/kept; mkdir empty")
    # Of a bare repository that is begun in it, no more than the first files have room.
    run(host, "mkdir tiny; mount -t tmpfs -o nr_inodes=4,mode=777 tmpfs tiny; mkdir tiny/hooks", user="root")
    before = paths(host)
    ours = {"_ignore_errors": True}

    def code():
        for folder in ("new/in", "empty"):
            git.repo("/srv/git/source", f"/srv/git/small/{folder}", name=f"repo {folder}", **ours)
        for folder in ("tiny/new", "tiny"):
            git.bare_repo(f"/srv/git/{folder}", name=f"bare {folder}", **ours)
        for how, more in (("basename", {}), ("new branch", {"new_branch": "other"})):
            git.worktree(
                "/srv/git/small/a/tree", repo="/srv/git/source", name=f"tree by {how}", **more, **ours
            )
        server.shell("true", name="next")

    result = run_deploy(host, code)
    assert result.changed == ["next"], result.failed
    assert len(result.failed) == 6
    assert paths(host) == before
    assert run(host, "git -C source branch --list --format '%(refname)'") == "refs/heads/main\n"
    assert run(host, "git -C source worktree list").count("\n") == 1

    run(
        host,
        "mount -o remount,size=30m,nr_inodes=1000 small; mount -o remount,nr_inodes=1000 tiny",
        user="root",
    )
    result = run_deploy(host, code)
    # The second tree is that of the first by now.
    assert not result.failed
    assert result.unchanged == ["tree by new branch"]
    assert (host.root / "srv/git/small/a/tree/large").stat().st_size == SIZE
    assert (host.root / "srv/git/tiny/HEAD").exists()


def test_an_owner_that_can_not_be_set(host):
    before = paths(host)

    def code():
        git.bare_repo("/srv/git/bare", user="root", name="bare", _ignore_errors=True)
        git.worktree("/srv/git/tree", repo="/srv/git/source", user="root", name="tree", _ignore_errors=True)

    assert sorted(run_deploy(host, code).failed) == ["bare", "tree"]
    assert paths(host) == before
    assert run(host, "git -C source branch --list --format '%(refname)'") == "refs/heads/main\n"
    assert run(host, "git -C source worktree list").count("\n") == 1


def status(host, folder):
    said = "git status --porcelain --branch; git rev-parse HEAD; git config remote.origin.url; git stash list"
    return run(host, f"cd {folder}; {said}; ls .git | grep -E 'MERGE_HEAD|rebase' || true")


@pytest.fixture
def diverged(host):
    """A clone, and a further tree of it, whose own commits can't be merged with those of their source."""
    run(host, "git clone -q source clone; git -C clone worktree add -q --track -b other ../tree origin/main")
    for folder in ("source", "clone", "tree"):
        run(host, f"cd {folder}; echo {folder} > file; git add .; git commit -qm {folder}")
    return host


@pytest.mark.parametrize("rebase", [False, True])
def test_what_can_not_be_merged(diverged, rebase):
    def code():
        arguments = {"rebase": rebase, "_ignore_errors": True}
        git.repo("/srv/git/source", "/srv/git/clone", name="clone", **arguments)
        git.repo("/srv/git/none", "/srv/git/clone", name="moved", **arguments)
        git.worktree("/srv/git/tree", name="tree", from_remote_branch=("origin", "main"), **arguments)
        server.shell("true", name="next")

    # What there is in the source is known from now on.
    run(diverged, "git -C clone fetch -q")
    before = [status(diverged, folder) for folder in ("clone", "tree")]
    for _ in range(2):
        result = run_deploy(diverged, code)
        assert (list(result.failed), result.changed) == (["clone", "moved", "tree"], ["next"])
        assert [status(diverged, folder) for folder in ("clone", "tree")] == before


@pytest.mark.parametrize("rebase", [False, True])
def test_a_merge_that_someone_else_has_begun(diverged, rebase):
    def code():
        git.repo("/srv/git/source", "/srv/git/clone", rebase=rebase, name="clone")

    run(diverged, "cd clone; git pull -q || true")
    before = status(diverged, "clone")
    assert "MERGE_HEAD" in before
    assert list(run_deploy(diverged, code).failed)[-1] == "clone"
    assert status(diverged, "clone") == before


def test_a_branch_that_can_not_be_followed(diverged):
    """The clone is on the branch, and at the commit, that it was on, with what was changed."""
    commit = "git add .; git commit -qm one; git checkout -q main"
    run(diverged, "git -C clone worktree remove --force ../tree; git -C clone branch -q -D other")
    run(diverged, "cd clone; git reset -q --hard origin/main")
    for folder in ("source", "clone"):
        run(diverged, f"cd {folder}; git checkout -qb other; echo {folder} > other; {commit}")
    # A submodule that can't be had: on a branch that the clone does not know yet, and on its own.
    lose = "git config -f .gitmodules submodule.inner.url /srv/git/none"
    run(diverged, f"cd source; git checkout -qb sub; git submodule -q add ../outer inner; {lose}; {commit}")
    run(diverged, "git -C source merge -q sub; cd clone; echo x > new; echo x >> large; git fetch -q")
    attempts = {
        "conflict": {"branch": "other"},
        "rebase": {"branch": "other", "rebase": True},
        "new branch": {"branch": "sub", "update_submodules": True},
        "same branch": {"update_submodules": True},
    }

    def code():
        for name, arguments in attempts.items():
            git.repo("/srv/git/source", "/srv/git/clone", name=name, _ignore_errors=True, **arguments)

    branches = "cd clone; git branch --list; git diff --stat"
    before = status(diverged, "clone"), run(diverged, branches)
    for _ in range(2):
        assert list(run_deploy(diverged, code).failed) == list(attempts)
        assert (status(diverged, "clone"), run(diverged, branches)) == before
