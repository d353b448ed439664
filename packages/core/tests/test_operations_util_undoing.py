"""What fails half way is taken back by the shell that ran it, whichever shell that is."""

from __future__ import annotations

import os
import subprocess

import pytest
from pyinfra.api import QuoteString, StringCommand
from pyinfra.operations.util.undoing import UndoingCommand, appending, making

OLD = "old\nunfinished"
CODE = 7


@pytest.fixture(params=[("dash",), ("bash",), ("busybox", "sh")], ids=lambda shell: shell[0])
def run(request, tmp_path):
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}

    def run(command: StringCommand) -> int:
        # As behind the folder that a command is to be run in.
        text = f"cd /nowhere 2> /dev/null || {command.as_run().get_raw_value()}"
        return subprocess.run([*request.param, "-c", text], cwd=tmp_path, env=env, check=False).returncode

    return run


def append(path, and_then=f"(exit {CODE})"):
    return StringCommand("printf %s line >>", QuoteString(path), "&&", and_then)


@pytest.mark.parametrize("name", ["file", "-n o'file $HOME", "new\nline"])
@pytest.mark.parametrize("content", [None, "", OLD])
def test_what_was_written_is_taken_back(run, tmp_path, name, content):
    file, path = tmp_path / name, f"./{name}"
    if content is not None:
        file.write_text(content)
        file.chmod(0o640)
    number = file.stat().st_ino if content is not None else None
    assert run(appending(append(path), QuoteString(path))) == CODE
    if content is None:
        assert not file.exists()
    else:
        assert (file.read_text(), file.stat().st_ino, file.stat().st_mode & 0o777) == (content, number, 0o640)
    assert run(appending(append(path, "true"), QuoteString(path))) == 0
    assert file.read_text() == f"{content or ''}line"


def test_a_command_that_wrote_nothing_leaves_its_times(run, tmp_path):
    file = tmp_path / "file"
    file.write_text(OLD)
    os.utime(file, (1, 1))
    assert run(appending(StringCommand("false"), "file")) == 1
    assert (file.read_text(), file.stat().st_mtime) == (OLD, 1)


def test_what_else_it_made_is_gone_too(run, tmp_path):
    (tmp_path / "file").write_text(OLD)
    command = StringCommand("cp file copy &&", append("file"))
    assert run(appending(command, "file", ["copy"])) == CODE
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == OLD


def test_links_and_devices(run, tmp_path):
    (tmp_path / "file").write_text(OLD)
    for name, target in (("link", "file"), ("nowhere", "none"), ("full", "/dev/full")):
        (tmp_path / name).symlink_to(target)
    assert run(appending(append("link"), "link")) == CODE
    assert (tmp_path / "file").read_text() == OLD
    assert run(appending(append("nowhere"), "nowhere")) == CODE
    assert (tmp_path / "nowhere").is_symlink()
    assert run(appending(append("full", "true"), "full")) != 0


def test_the_home_of_a_tilde(run, tmp_path):
    assert run(appending(StringCommand("echo x >> ~/file; false"), "~/file")) == 1
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("there", [None, "file", "folder", "link"])
def test_what_was_made_is_gone_and_what_was_there_is_not(run, tmp_path, there):
    path = tmp_path / "it's"
    if there == "file":
        path.write_text(OLD)
    elif there == "folder":
        (path / "in").mkdir(parents=True)
    elif there == "link":
        path.symlink_to("none")
    word = QuoteString("it's")
    command = StringCommand("mkdir", word, "2> /dev/null; touch", StringCommand(word, "/x", _separator=""))
    failing = StringCommand("{", command, f"; }} 2> /dev/null; (exit {CODE})")
    assert run(making(failing, word)) == CODE
    assert (path.exists() or path.is_symlink()) is (there is not None)


def test_it_is_told_and_compared_as_the_command():
    command = StringCommand("program", QuoteString("its argument"), _sudo=True)
    undoing = UndoingCommand(command, "undo")
    assert str(undoing) == "program 'its argument'"
    assert undoing == command
    assert undoing.connector_arguments == undoing.as_run().connector_arguments == {"_sudo": True}


class _Verified(StringCommand):
    """A command that is run with more than is told of it."""

    def as_run(self):
        return StringCommand(*self.bits, f"&& (exit {CODE})")


def test_what_is_run_beyond_what_is_told_may_fail_too(run, tmp_path):
    command = making(_Verified("touch file"), "file")
    assert str(command) == "touch file"
    assert run(command) == CODE
    assert not (tmp_path / "file").exists()
