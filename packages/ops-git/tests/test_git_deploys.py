"""git on this machine: clones, working trees, bare repositories and settings, looked at with git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from pyinfra.operations import git
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

NAMES = ["plain", "it's; two $(words)", "-dash"]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine's and the user's stay out of it."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.gitconfig").write_text(
        '[user]\nname = a\nemail = a@b\n[init]\ndefaultBranch = main\n[protocol "file"]\nallow = always\n'
    )


def run(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, text: str) -> str:
    (folder / "file").write_text(text)
    run(folder, "add", ".")
    run(folder, "commit", "-qm", text)
    run(folder, "push", "-q", "origin", "HEAD")
    return run(folder, "rev-parse", "HEAD")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A bare repository with a commit; `work` beside it pushes there."""
    run(tmp_path, "init", "-q", "--bare", "source.git")
    run(tmp_path, "clone", "-q", "source.git", "work")
    commit(tmp_path / "work", "one")
    return tmp_path / "source.git"


class TestRepo:
    @pytest.mark.parametrize("name", NAMES)
    def test_is_cloned_and_follows(self, source: Path, name: str):
        work, dest = source.with_name("work"), source.parent / name

        def code() -> None:
            git.repo(str(source), str(dest), branch="main")

        assert_idempotent("@local", code)
        new = commit(work, "two")
        assert_idempotent("@local", code)
        assert run(dest, "rev-parse", "HEAD") == new

    def test_a_branch_at_a_tags_commit(self, source: Path):
        work, dest = source.with_name("work"), source.parent / "dest"
        run(work, "checkout", "-q", "-b", "release")
        new = commit(work, "two")
        run(work, "tag", "v1")
        run(work, "push", "-q", "origin", "v1")
        assert_idempotent("@local", lambda: git.repo(str(source), str(dest)))
        assert_idempotent("@local", lambda: git.repo(str(source), str(dest), branch="release"))
        assert run(dest, "symbolic-ref", "--short", "HEAD") == "release"
        assert_idempotent("@local", lambda: git.repo(str(source), str(dest), branch="v1"))
        assert run(dest, "rev-parse", "HEAD") == new

    def test_submodules_are_made_once(self, source: Path):
        work, dest = source.with_name("work"), source.parent / "dest"
        run(work, "submodule", "add", "-q", str(source), "inner")
        commit(work, "two")

        def code() -> None:
            git.repo(str(source), str(dest), update_submodules=True)

        assert_idempotent("@local", code)
        assert (dest / "inner/file").read_text() == "one"
        run(dest, "submodule", "deinit", "-q", "--force", "inner")
        assert run_deploy("@local", code).commands == 1
        assert (dest / "inner/file").exists()

    def test_a_new_source(self, source: Path):
        dest, other = source.parent / "dest", source.parent / "other.git"
        run(source.parent, "clone", "-q", "--bare", str(source), str(other))
        run_deploy("@local", lambda: git.repo(str(source), str(dest)))
        assert_idempotent("@local", lambda: git.repo(str(other), str(dest)))
        assert run(dest, "remote", "get-url", "origin") == str(other)

    def test_what_can_not_be_cloned_fails(self, tmp_path: Path):
        result = run_deploy("@local", lambda: git.repo(str(tmp_path / "none"), str(tmp_path / "dest")))
        assert list(result.failed)


class TestWorktree:
    @pytest.mark.parametrize("name", NAMES)
    def test_is_made_follows_and_goes(self, source: Path, name: str):
        dest, tree = source.parent / "dest", source.parent / name
        run_deploy("@local", lambda: git.repo(str(source), str(dest)))

        def code() -> None:
            git.worktree(str(tree), repo=str(dest), new_branch="side", from_remote_branch=("origin", "main"))

        assert_idempotent("@local", code)
        new = commit(source.with_name("work"), "two")
        assert_idempotent("@local", code)
        assert run(tree, "rev-parse", "HEAD") == new
        assert_idempotent("@local", lambda: git.worktree(str(tree), present=False))
        assert not tree.exists()

    def test_of_no_repository(self, tmp_path: Path, caplog: pytest.LogCaptureFixture):
        result = run_deploy("@local", lambda: git.worktree(str(tmp_path / "tree"), repo=str(tmp_path)))
        assert result.failed
        assert f"is not a valid GIT repository : {tmp_path}" in caplog.text


@pytest.mark.parametrize("name", NAMES)
def test_a_bare_repository(tmp_path: Path, name: str):
    path = tmp_path / name
    assert_idempotent("@local", lambda: git.bare_repo(str(path)))
    assert run(path, "rev-parse", "--is-bare-repository") == "true"
    assert_idempotent("@local", lambda: git.bare_repo(str(path), present=False))
    assert not path.exists()


@pytest.mark.parametrize("value", ["plain", "a \"b\" $HOME `id` \\ 'c'", "", "-x", "a = b"])
def test_settings(tmp_path: Path, value: str):
    run(tmp_path, "init", "-q", ".")
    run(tmp_path, "config", "--add", "Some.Odd Key.name", "one")
    run(tmp_path, "config", "--add", "Some.Odd Key.name", "two")
    assert_idempotent("@local", lambda: git.config("Some.Odd Key.Name", value, repo=str(tmp_path)))
    assert run(tmp_path, "config", "--get-all", "some.Odd Key.name") == value.strip()
    assert_idempotent(
        "@local", lambda: git.config("some.other", "more", multi_value=True, repo=str(tmp_path))
    )
    assert_idempotent("@local", lambda: git.config("user.email", value))
