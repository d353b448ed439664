"""git itself on real hosts: what operations made of repositories is looked at with git, and below the host's root."""

from __future__ import annotations

import pytest
from pyinfra.operations import git, server
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

SOURCE, DEST = "/srv/git/source.git", "/srv/git/it's dest"


def on(host, folder, *words, user="deploy"):
    """What git says in a folder."""
    done = host.exec("git", "-C", folder, *words, user=user)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(host, text, work="/srv/git/work"):
    """A new commit on the branch of `work`, pushed; gives its name."""
    host.exec("tee", f"{work}/file", input=text, user="deploy")
    on(host, work, "add", ".")
    on(host, work, "commit", "-qm", text)
    on(host, work, "push", "-q", "origin", "HEAD")
    return on(host, work, "rev-parse", "HEAD")


def make(host, name):
    """A bare repository with a commit, and a clone that pushes there."""
    on(host, "/srv/git", "init", "-q", "--bare", f"{name}.git")
    on(host, "/srv/git", "clone", "-q", f"{name}.git", name)


@pytest.fixture
def host(git_host):
    """Has `/srv/git/source.git` with a commit on main, and `work`, which pushes there."""
    make(git_host, "source")
    (git_host.root / "srv/git/source").rename(git_host.root / "srv/git/work")
    commit(git_host, "one")
    return git_host


def have(name="repo", **arguments):
    return lambda: git.repo(SOURCE, DEST, name=name, **arguments)


class TestRepo:
    def test_is_cloned_as_previewed_and_follows(self, host):
        made = assert_preview_true(host, have())
        assert made.changed == ["repo"]
        assert all(path.startswith(f"{DEST[1:]}") or path == "srv/git" for path in made.paths)
        assert run_deploy(host, have()).commands == 0
        new = commit(host, "two")
        assert run_deploy(host, have(pull=False)).commands == 0
        followed = assert_preview_true(host, have())
        assert (followed.changed, on(host, DEST, "rev-parse", "HEAD")) == (["repo"], new)
        assert run_deploy(host, have()).commands == 0

    def test_another_branch_and_back(self, host):
        on(host, "/srv/git/work", "checkout", "-q", "-b", "side/it's")
        new = commit(host, "two")
        assert_idempotent(host, have(branch="main"))
        assert_idempotent(host, have(branch="side/it's"))
        assert on(host, DEST, "symbolic-ref", "HEAD") == "refs/heads/side/it's"
        assert on(host, DEST, "rev-parse", "HEAD") == new
        assert_idempotent(host, have(branch="main"))
        assert (host.root / DEST[1:] / "file").read_text() == "one"

    def test_a_tag_that_is_new_there(self, host):
        assert_idempotent(host, have())
        old = on(host, "/srv/git/work", "rev-parse", "HEAD")
        on(host, "/srv/git/work", "tag", "v1")
        commit(host, "two")
        on(host, "/srv/git/work", "push", "-q", "origin", "v1")
        assert_idempotent(host, have(branch="v1", fetch_tags=True))
        assert on(host, DEST, "rev-parse", "HEAD") == old

    def test_own_commits_are_rebased(self, host):
        run_deploy(host, have())
        host.exec("tee", f"{DEST}/own", input="mine", user="deploy")
        on(host, DEST, "add", ".")
        on(host, DEST, "commit", "-qm", "own")
        new = commit(host, "two")
        assert assert_idempotent(host, have(rebase=True)).changed == ["repo"]
        assert on(host, DEST, "log", "--format=%s") == "own\ntwo\none"
        assert on(host, DEST, "rev-parse", "HEAD~1") == new

    def test_one_commit_deep(self, host):
        commit(host, "two")
        assert_idempotent(host, lambda: git.repo(f"file://{SOURCE}", DEST, depth=1))
        assert on(host, DEST, "rev-list", "--count", "HEAD") == "1"

    def test_belongs_to_whom_it_should(self, host):
        assert assert_preview_true(host, have(user="ask", group="deploy", _sudo=True)).changed == ["repo"]
        owners = host.exec("find", DEST, "-printf", "%u:%g\n").stdout.split()
        assert set(owners) == {"ask:deploy"}

    @pytest.mark.parametrize("recursive", [False, True])
    def test_submodules_of_submodules(self, host, recursive):
        for name, inner in (("one", "source"), ("two", "one")):
            make(host, name)
            on(host, f"/srv/git/{name}", "submodule", "add", "-q", f"/srv/git/{inner}.git", "in ner")
            commit(host, name, work=f"/srv/git/{name}")

        def code():
            git.repo(
                "/srv/git/two.git", DEST, name="repo", update_submodules=True, recursive_submodules=recursive
            )

        assert assert_idempotent(host, code).changed == ["repo"]
        inside = host.root / DEST[1:] / "in ner"
        assert (inside / "file").read_text() == "one"
        assert (inside / "in ner/file").exists() is recursive

    def test_a_branch_whose_name_ends_as_anothers(self, host):
        on(host, "/srv/git/work", "checkout", "-q", "-b", "a/main")
        commit(host, "two")
        assert assert_idempotent(host, have(branch="main")).changed == ["repo"]

    def test_a_dirty_tree_is_kept(self, host):
        run_deploy(host, have())
        file = host.root / DEST[1:] / "file"
        file.write_text("mine")
        assert run_deploy(host, have()).commands == 0
        commit(host, "two")
        before = on(host, DEST, "rev-parse", "HEAD")

        def code():
            git.repo(SOURCE, DEST, name="repo", _ignore_errors=True)
            server.shell("true", name="next")

        result = run_deploy(host, code)
        assert (list(result.failed), result.changed) == (["repo"], ["next"])
        assert (file.read_text(), on(host, DEST, "rev-parse", "HEAD")) == ("mine", before)

    def test_a_detached_head(self, host):
        run_deploy(host, have())
        on(host, DEST, "checkout", "-q", "--detach")
        before = on(host, DEST, "rev-parse", "HEAD")
        new = commit(host, "two")
        failed = run_deploy(host, have()).failed["repo"]
        assert f"the clone in {DEST} on {host.name} is at a commit and on no branch" in failed
        assert on(host, DEST, "rev-parse", "HEAD") == before
        assert run_deploy(host, have(pull=False)).commands == 0
        assert_idempotent(host, have(branch="main"))
        assert on(host, DEST, "symbolic-ref", "HEAD") == "refs/heads/main"
        assert on(host, DEST, "rev-parse", "HEAD") == new

    @pytest.mark.parametrize("sudo", [False, True])
    def test_of_another_user(self, host, caplog, sudo):
        run_deploy(host, have(user="ask", _sudo=True))
        commit(host, "two")
        assert run_deploy(host, have(), SUDO=sudo).failed
        assert f"git on {host.name} does not work in {DEST}, which belongs to ask" in caplog.text
        assert "run the operation with _sudo_user='ask'" in caplog.text

        # As the message says.
        def trust():
            git.config("safe.directory", DEST, multi_value=True)
            git.config("safe.directory", SOURCE, multi_value=True)

        assert not run_deploy(host, trust, SUDO=True).failed
        assert assert_idempotent(host, have(user="ask"), SUDO=True).changed == ["repo"]
        assert (host.root / DEST[1:] / "file").read_text() == "two"
        owners = host.exec("find", DEST, "-printf", "%u\n").stdout.split()
        assert set(owners) == {"ask"}

    def test_a_group_that_was_changed(self, host):
        run_deploy(host, have())
        host.exec("usermod", "--append", "--groups", "ask", "deploy")
        assert assert_idempotent(host, have(group="ask")).changed == ["repo"]
        assert host.exec("stat", "-c", "%U:%G", f"{DEST}/.git/HEAD").stdout == "deploy:ask\n"


def test_a_bare_repository(host):
    path = "/srv/git/-it's new"

    def bare(**arguments):
        return lambda: git.bare_repo(path, name="bare", user="deploy", group="ask", _sudo=True, **arguments)

    assert assert_preview_true(host, bare()).changed == ["bare"]
    assert on(host, path, "rev-parse", "--is-bare-repository") == "true"
    assert set(host.exec("find", path, "-printf", "%u:%g\n").stdout.split()) == {"deploy:ask"}
    assert run_deploy(host, bare()).commands == 0
    assert_idempotent(host, bare(present=False))
    assert not (host.root / path[1:]).exists()


class TestWorktree:
    TREE = "/srv/git/it's here/tree"

    def tree(self, **arguments):
        return lambda: git.worktree(self.TREE, name="tree", **{"repo": "/srv/git/work", **arguments})

    @pytest.mark.parametrize(
        ("arguments", "branch", "text"),
        [
            ({}, "tree", "two"),
            ({"new_branch": "new/it's"}, "new/it's", "two"),
            ({"new_branch": "new", "commitish": "v1"}, "new", "one"),
            ({"commitish": "side"}, "side", "one"),
            ({"commitish": "v1"}, "HEAD", "one"),
            ({"detached": True, "commitish": "side"}, "HEAD", "one"),
        ],
    )
    def test_is_made_at_what_it_should(self, host, arguments, branch, text):
        on(host, "/srv/git/work", "tag", "v1")
        on(host, "/srv/git/work", "branch", "side")
        commit(host, "two")
        host.exec("usermod", "--append", "--groups", "ask", "deploy")
        made = assert_preview_true(host, self.tree(group="ask", **arguments))
        assert made.changed == ["tree"]
        assert on(host, self.TREE, "rev-parse", "--abbrev-ref", "HEAD") == branch
        assert (host.root / self.TREE[1:] / "file").read_text() == text
        assert host.exec("stat", "-c", "%U:%G", f"{self.TREE}/file").stdout == "deploy:ask\n"
        assert run_deploy(host, self.tree(group="ask", **arguments)).commands == 0

    @pytest.mark.parametrize("rebase", [False, True])
    def test_follows_and_goes(self, host, rebase):
        follow = self.tree(new_branch="new", from_remote_branch=("origin", "main"), rebase=rebase)
        assert_idempotent(host, follow)
        host.exec("tee", f"{self.TREE}/own", input="mine", user="deploy")
        on(host, self.TREE, "add", ".")
        on(host, self.TREE, "commit", "-qm", "own")
        new = commit(host, "two")
        assert run_deploy(host, self.tree(pull=False)).commands == 0
        assert assert_idempotent(host, follow).changed == ["tree"]
        parents = on(host, self.TREE, "log", "-1", "--format=%P").split()
        assert (new in parents, len(parents)) == (True, 1 if rebase else 2)
        (host.root / self.TREE[1:] / "more").write_text("not committed")
        assert "--force" in run_deploy(host, self.tree(present=False)).failed["tree"]
        assert (host.root / self.TREE[1:] / "more").exists()
        assert_idempotent(host, self.tree(present=False, force=True))
        assert on(host, "/srv/git/work", "worktree", "list").count("\n") == 0

    def test_one_that_was_lost_is_made_by_force(self, host):
        run_deploy(host, self.tree())
        host.exec("rm", "-r", self.TREE)
        assert list(run_deploy(host, self.tree(commitish="tree")).failed)
        assert_idempotent(host, self.tree(commitish="tree", force=True))

    def test_of_a_repository_that_comes_first(self, host):
        def code():
            git.repo(SOURCE, DEST, name="repo")
            git.worktree(self.TREE, repo=DEST, name="tree", new_branch="new", assume_repo_exists=True)

        assert assert_idempotent(host, code).changed == ["repo", "tree"]


class TestConfig:
    @pytest.mark.parametrize(
        ("scope", "file"),
        [
            ({}, "home/deploy/.gitconfig"),
            ({"system": True, "_sudo": True}, "etc/gitconfig"),
            ({"repo": "/srv/git/work"}, "srv/git/work/.git/config"),
        ],
    )
    def test_of_each_scope(self, host, scope, file):
        def have(value, **arguments):
            return lambda: git.config("some.it's key.name", value, name="set", **scope, **arguments)

        def values():
            path = f"/{file}"
            shown = host.exec("git", "config", "--file", path, "--null", "--get-all", "some.it's key.name")
            return shown.stdout.split("\0")[:-1]

        made = assert_preview_true(host, have("a 'b' \"$c\""))
        assert (made.changed, file in made.paths) == (["set"], True)
        assert values() == ["a 'b' \"$c\""]
        assert_idempotent(host, have("more\nthan one line", multi_value=True))
        assert values() == ["a 'b' \"$c\"", "more\nthan one line"]
        assert_idempotent(host, have("one"))
        assert values() == ["one"]

    def test_of_a_repository_that_comes_first(self, host):
        def code():
            git.repo(SOURCE, DEST, name="repo")
            git.config("user.name", "Ann", repo=DEST, name="set")

        assert assert_idempotent(host, code).changed == ["repo", "set"]
        assert on(host, DEST, "config", "--local", "user.name") == "Ann"

    @pytest.mark.parametrize("what", ["bare", "tree"])
    def test_of_a_repository_without_a_folder_of_its_name(self, host, what):
        path = SOURCE if what == "bare" else "/srv/git/tree"
        on(host, "/srv/git/work", "worktree", "add", "-q", "/srv/git/tree", "--detach")

        def have():
            git.config("user.name", "Ann", repo=path, name="set")

        assert run_deploy(host, have).commands == 1
        assert on(host, path, "config", "--local", "user.name") == "Ann"
        assert run_deploy(host, have).commands == 0
