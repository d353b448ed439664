"""An upload that is killed, at any of its steps or of its bytes: the old file or the new one is there."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from pyinfra.operations import files
from pyinfra_testkit.deploys import run_deploy

OLD, NEW = "old\n" * 5000, "newer\n" * 9000
# Stands before a tool of the host; when it is its turn, its shell is killed before it has run, after, or, for cat,
# when so many bytes have arrived. `turn` holds a tool's name, which of its calls, and when.
STAND_IN = """\
#!/bin/sh
read -r tool call when < {folder}/turn
if [ "$tool" = {name} ]; then
  read -r seen < {folder}/seen
  echo $((seen + 1)) > {folder}/seen
  if [ $((seen + 1)) = "$call" ]; then
    case $when in
      before) ;;
      after) {real} "$@" ;;
      *) head -c "$when" ;;
    esac
    kill -9 $PPID
    exit 1
  fi
fi
exec {real} "$@"
"""
STEPS = [("cp", 1), ("chmod", 1), ("cat", 1), ("chown", 1), ("chmod", 2), ("mv", 1)]
TURNS = [(*step, when) for step in STEPS for when in ("before", "after")]
TURNS += [("cat", 1, str(size)) for size in (0, 1, 4096, len(NEW) - 1)]


@dataclass
class Place:
    """Where a file is uploaded to: a folder on a host, and how a command is run there.

    Attributes:
        hosts: the host, as `run_deploy` takes it.
        folder: the folder's path on the host.
        root: the host's file system, as seen from here.
        has_acl: whether the file system keeps access control lists.
    """

    hosts: Any
    folder: str
    root: Path
    has_acl: bool = False

    def run(self, *argv: str) -> str:
        if self.hosts == "@local":
            return subprocess.run(argv, capture_output=True, text=True, check=True).stdout
        done = self.hosts.exec(*argv)
        assert done.returncode == 0, done.stderr
        return str(done.stdout)

    @property
    def file(self) -> Path:
        return self.root / f"{self.folder}/file".lstrip("/")

    def lay_out(self) -> None:
        self.file.parent.mkdir(exist_ok=True)
        for name in sorted({step[0] for step in STEPS}):
            real = self.run("sh", "-c", f"command -v {name}").strip()
            stand_in = self.file.parent / name
            stand_in.write_text(STAND_IN.format(folder=self.folder, name=name, real=real))
            stand_in.chmod(0o755)

    def begin_anew(self, turn: tuple[Any, ...]) -> None:
        for path in self.file.parent.glob(".pyinfra-*"):
            path.unlink()
        self.file.unlink(missing_ok=True)
        self.file.write_text(OLD)
        self.file.chmod(0o600)
        if self.has_acl:
            self.run("setfacl", "-m", "u:12345:r", f"{self.folder}/file")
        os.setxattr(self.file, "user.note", b"kept")
        (self.file.parent / "turn").write_text(" ".join(map(str, turn)) + "\n")
        (self.file.parent / "seen").write_text("0\n")

    def state(self) -> tuple[Any, ...]:
        told = self.file.stat()
        acl = self.run("getfacl", "-cnp", f"{self.folder}/file") if self.has_acl else ""
        note = os.getxattr(self.file, "user.note")
        return self.file.read_text(), told.st_mode, told.st_uid, told.st_gid, acl, note

    def upload(self) -> Any:
        return run_deploy(
            self.hosts,
            lambda: files.put(
                name="put",
                src=StringIO(NEW),
                dest=f"{self.folder}/file",
                mode="640",
                group="4321",
                _env={"PATH": f"{self.folder}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"},
            ),
            user="root",
        )


def check(place: Place) -> None:
    place.lay_out()
    place.begin_anew(("nothing", 0, "before"))
    old = place.state()
    assert place.upload().changed == ["put"]
    new = place.state()
    assert new[0] == NEW
    assert (new[1] & 0o777, new[3]) == (0o640, 4321)
    assert "user:12345:r--" in new[4] or not place.has_acl
    for turn in TURNS:
        place.begin_anew(turn)
        assert place.state() == old
        result = place.upload()
        assert result.failed, turn
        assert place.state() == (new if turn == ("mv", 1, "after") else old), turn
        # What was on its way stays hidden, and is for its owner alone until it is whole.
        left = [*place.file.parent.glob(".pyinfra-*")]
        assert len(left) <= 1, turn
        for path in left:
            whole = path.read_text() == NEW
            assert whole or path.stat().st_mode & 0o77 == 0 or path.read_text() == OLD, turn
    place.begin_anew(("nothing", 0, "before"))
    assert place.upload().changed == ["put"]
    assert place.state() == new


@pytest.mark.real_hosts
def test_over_ssh(ssh_host):
    check(Place(ssh_host, "/srv/killed", ssh_host.root, has_acl=True))


def test_on_this_machine(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can have files belong to others")
    (tmp_path / "probe").write_text("")
    try:
        os.setxattr(tmp_path / "probe", "user.note", b"kept")
    except OSError as error:
        pytest.skip(f"the file system has no extended attributes: {error.strerror}")
    check(Place("@local", f"{tmp_path}/killed", Path("/")))
