"""The fact that tells of a whole tree, in each shell, with GNU's and busybox's tools, in several languages."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from pyinfra.facts.files import Tree

NAMES = [
    "x",
    "it's",
    "new\nline",
    "back\\slash",
    "-n",
    "é",
    "$(id)",
    'a b/q"',
    "  sp ",
    "a b/c'd\n/links/f",
    "\udcff",
]
SHELLS = [["dash"], ["bash"], ["busybox", "ash"]]


@pytest.mark.parametrize("locale", ["C", "tr_TR.UTF-8", "ja_JP.EUC-JP"])
@pytest.mark.parametrize("tools", ["gnu", "busybox"])
@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_any_tree(tmp_path, shell, tools, locale):
    if shutil.which(shell[0]) is None or (tools == "busybox" and shutil.which("busybox") is None):
        pytest.skip("not installed here")
    folder, names = tmp_path / "it's a tree", [os.fsdecode(os.fsencode(name)) for name in NAMES]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(os.fsencode(name))
    (folder / "x").chmod(0o4751)
    (folder / "right").symlink_to("a\nb\n")
    (folder / "wrong").symlink_to("a")
    os.mkfifo(folder / "pipe")
    path = os.environ["PATH"]
    if tools == "busybox":
        (tmp_path / "tools").mkdir()
        subprocess.run(["busybox", "--install", "-s", tmp_path / "tools"], check=True)
        path = str(tmp_path / "tools")
    fact = Tree()
    command = fact.command(
        str(folder), [*names, "pipe", "none"], {"right": "a\nb\n", "wrong": "b", "none": "x"}
    )
    done = subprocess.run(
        [str(shutil.which(shell[0])), *shell[1:], "-c", command.get_raw_value()],
        capture_output=True,
        check=True,
        env={"PATH": path, "LC_ALL": locale},
        timeout=20,
    )
    found = fact.process(os.fsdecode(done.stdout).removesuffix("\n").split("\n"))
    assert found is not None
    assert set(found) == {*names, "", "a b", "a b/c'd\n", "a b/c'd\n/links", "right", "wrong", "pipe"}
    for name in names:
        assert found[name].sha1 == hashlib.sha1(os.fsencode(name)).hexdigest(), name
        assert (found[name].type, found[name].uid, found[name].size) == (
            "-",
            os.getuid(),
            len(os.fsencode(name)),
        )
    assert found["x"].mode == 4751
    assert (found["right"].leads_there, found["wrong"].leads_there) == (True, False)
    assert (found["pipe"].type, found["pipe"].sha1, found[""].type) == ("p", None, "d")


def test_no_folder_is_no_tree(tmp_path: Path):
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        fact = Tree()
        command = fact.command(str(tmp_path / name)).get_raw_value()
        done = subprocess.run(["sh", "-c", command], capture_output=True, check=True, text=True)
        assert done.stdout == ""
        assert fact.process([]) is None


def test_what_bsd_prints():
    fact = Tree()
    fact.command("/x", ["a b"], {})
    lines = [
        "drwxr-xr-x 0 0 96 root/wheel/.//",
        "-rw-r--r-- 501 20 3 me/domain users/./a b//",
        "//links",
        "//sums",
    ]
    found = fact.process([*lines, "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3 ./a b"])
    assert found is not None
    assert (found["a b"].group, found["a b"].sha1) == (
        "domain users",
        "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
    )
