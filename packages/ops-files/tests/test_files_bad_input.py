"""What can't be done: one error that names it, and a host that is left as it was."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from pyinfra.operations import files
from pyinfra_testkit.failures import assert_fails, refusal_tests

# Refused before any host is asked: operation, arguments, what the error says.
REFUSED = [
    ("file", {"path": ""}, "`path` must be a path"),
    ("file", {"path": "a\0b"}, "`path` must be a path"),
    ("file", {"path": 3}, "`path` must be a string"),
    ("file", {"path": "x", "mode": "9"}, "Invalid file mode"),
    ("file", {"path": "x", "mode": "u+q"}, "Invalid file mode"),
    ("file", {"path": "x", "user": True}, "`user` must be a name or a number"),
    ("directory", {"path": ""}, "`path` must be a path"),
    ("directory", {"path": "x", "mode": 77777}, "Invalid file mode"),
    ("link", {"path": "", "target": "x"}, "`path` must be a path"),
    ("link", {"path": "x", "target": ""}, "target must be provided"),
    ("link", {"path": "x"}, "target"),
    ("put", {"src": "", "dest": "x"}, "`src` must be a path"),
    ("put", {"src": "/no/such", "dest": "x"}, "No such file: /no/such"),
    ("put", {"src": "/", "dest": "x"}, "Not a file: /"),
    ("put", {"src": StringIO(), "dest": ""}, "`dest` must be a path"),
    ("put", {"src": StringIO(), "dest": "x", "mode": True}, "`mode` can't be True"),
    ("put", {"src": StringIO(), "dest": "x", "validate": "true"}, "`validate` must be a shell command"),
    ("put", {"src": StringIO(), "dest": "x", "validate": 3}, "`validate` must be a shell command"),
    ("template", {"src": "/no/such", "dest": "x"}, "No such file: /no/such"),
    ("template", {"src": StringIO("{{ x }}"), "dest": "x"}, "'x' is undefined"),
    ("sync", {"src": "/no/such", "dest": "x"}, "No such directory: /no/such"),
    ("sync", {"src": "/etc/passwd", "dest": "x"}, "No such directory: /etc/passwd"),
    ("sync", {"src": "/tmp", "dest": ""}, "`dest` must be a path"),
    ("sync", {"src": "/tmp", "dest": "x", "mode": "abc"}, "Invalid file mode"),
    ("sync", {"src": "/tmp", "dest": "x", "exclude": [1]}, "`exclude` must be"),
    ("get", {"src": "", "dest": "x"}, "`src` must be a path"),
    ("get", {"src": "x", "dest": "/"}, "/ is a directory"),
    ("line", {"path": "", "line": "x"}, "`path` must be a path"),
    ("line", {"path": "x", "line": 3}, "`line` must be a string"),
    ("line", {"path": "x", "line": "", "present": False}, "`line` must not be empty"),
    ("line", {"path": "x", "line": "", "replace": "y"}, "`line` must not be empty"),
    ("line", {"path": "x", "line": "a", "replace": "b", "flags": ["g;w /x"]}, "`flags` must be"),
    ("replace", {"path": "x", "text": "", "replace": "y"}, "`text` must be found"),
    ("replace", {"path": "x", "replace": "y"}, "Missing argument `text`"),
    ("replace", {"path": "x", "text": "y"}, "Missing argument `replace`"),
    ("block", {"path": "x"}, "'content' must be supplied"),
    ("block", {"path": "x", "content": "y", "line": "z"}, "only one of 'before' or 'after'"),
    ("block", {"path": "x", "content": "y", "before": True}, "'line' must be supplied"),
    ("block", {"path": "x", "content": [1]}, "'content' must be a string"),
    ("block", {"path": "x", "content": "y", "marker": "z"}, "delimiters for block must be different"),
    ("download", {"src": "", "dest": "x"}, "`src` must be a URL"),
    ("download", {"src": "http://x", "dest": ""}, "`dest` must be a path"),
    ("download", {"src": "http://x", "dest": "x", "sha256sum": " "}, "`sha256sum` must be a checksum"),
    ("copy", {"src": "", "dest": "x"}, "`src` must be a path"),
    ("move", {"src": "x", "dest": ""}, "`dest` must be a path"),
    ("unarchive", {"src": "x.rar", "dest": "y"}, "Unsupported archive format"),
    ("unarchive", {"src": "x.tar", "dest": "y", "extra_opts": "-v"}, "`extra_opts` must be"),
    ("flags", {"path": "", "flags": ["uchg"]}, "`path` must be a path"),
    ("rsync", {"src": "x", "dest": "y", "flags": "-a"}, "`flags` must be a list"),
]


test_arguments_that_make_no_sense_are_refused = refusal_tests(files, REFUSED)


def tell(root: Path) -> dict[str, object]:
    """What there is below a folder: mode, owner, time of change, and content or target."""
    return {
        str(path): (
            path.lstat().st_mode,
            path.lstat().st_uid,
            path.lstat().st_mtime_ns,
            str(path.readlink()) if path.is_symlink() else path.is_file() and path.read_bytes(),
        )
        for path in root.rglob("*")
    }


@pytest.fixture
def srv(ssh_host):
    """What can be in the way, in `/srv` of a host."""
    root = ssh_host.root / "srv"
    (root / "folder").mkdir()
    (root / "folder/inside").write_text("x\n")
    (root / "file").write_text("x\n")
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    return root


IN_THE_WAY = {
    "file on a folder": (lambda: files.file("/srv/folder"), "/srv/folder exists and is not a file"),
    "folder on a file": (lambda: files.directory("/srv/file"), "/srv/file exists and is not a directory"),
    "folder below a file": (lambda: files.directory("/srv/file/x"), "/srv/file"),
    "link on a file": (lambda: files.link("/srv/file", "x"), "/srv/file exists and is not a link"),
    "put on a pipe": (lambda: files.put(StringIO("x"), "/srv/pipe"), "/srv/pipe exists and is not a file"),
    "put on a loop": (lambda: files.put(StringIO("x"), "/srv/loop"), "/srv/loop exists and is not a file"),
    "put of an io on a folder": (
        lambda: files.put(StringIO("x"), "/srv/folder"),
        "`dest` must be a full file path",
    ),
    "put below a file": (
        lambda: files.put(StringIO("x"), "/srv/file/x"),
        "/srv/file exists and is not a directory",
    ),
    "template below nothing": (
        lambda: files.template(StringIO("x"), "/srv/none/x", create_remote_dir=False),
        "/srv/none/x",
    ),
    "line in a folder": (lambda: files.line("/srv/folder", "x"), "/srv/folder"),
    "line below nothing": (lambda: files.line("/srv/none/x", "x"), "/srv/none/x"),
    "replace in nothing": (lambda: files.replace("/srv/none", "x", "y"), "/srv/none"),
    "block in a folder": (lambda: files.block("/srv/folder", "x"), "/srv/folder is a directory"),
    "block in a link to a folder": (lambda: files.block("/srv/folder/../folder", "x"), "is a directory"),
    "download on a folder": (
        lambda: files.download("file:///srv/file", "/srv/folder"),
        "/srv/folder already exists",
    ),
    "download of nothing": (lambda: files.download("file:///srv/none", "/srv/new"), "/srv/none"),
    "copy of nothing": (lambda: files.copy("/srv/none", "/srv/folder"), "src /srv/none does not exist"),
    "copy onto a file": (lambda: files.copy("/srv/folder", "/srv/file"), "dest /srv/file is not"),
    "move of nothing": (lambda: files.move("/srv/none", "/srv/folder"), "src /srv/none does not exist"),
    "move onto a file": (lambda: files.move("/srv/folder", "/srv/file"), "dest /srv/file is not"),
    "unarchive of nothing": (
        lambda: files.unarchive("/srv/none.tar", "/srv/folder", remote_src=True),
        "Remote archive /srv/none.tar does not exist",
    ),
    "unarchive of no archive": (
        lambda: files.unarchive("/srv/bad.tar", "/srv/folder", remote_src=True),
        "tar: ",
    ),
    "unarchive without a tool": (
        lambda: files.unarchive("/srv/bad.zip", "/srv/folder", remote_src=True),
        "unzip",
    ),
    "flags without chflags": (lambda: files.flags("/srv/file", ["uchg"]), "chflags"),
    "get of a folder": (lambda: files.get("/srv/folder", "/nowhere/x"), ""),
    "put of an unknown owner": (
        lambda: files.put(StringIO("y"), "/srv/file", user="nobody-like-that"),
        "nobody-like-that",
    ),
    "put of an unknown group": (lambda: files.put(StringIO("y"), "/srv/new", group="none-such"), "none-such"),
    "owner of a file": (lambda: files.file("/srv/file", user="nobody-like-that"), "nobody-like-that"),
    "group of a folder": (lambda: files.directory("/srv/folder", group="none-such"), "none-such"),
}


@pytest.mark.real_hosts
def test_what_is_in_the_way_stays(srv, ssh_host):
    for name in ("bad.zip", "bad.tar"):
        (srv / name).write_bytes(b"no archive")
    for code, error in IN_THE_WAY.values():
        assert_fails(ssh_host, code, error, lambda: tell(srv), SUDO=True)


FULL = {
    "put": lambda: files.put(StringIO("y" * 100_000), "/srv/small/x"),
    "put, new": lambda: files.put(StringIO("y" * 100_000), "/srv/small/new"),
    "put, new and small": lambda: files.put(StringIO("y"), "/srv/small/new"),
    "put, with folders": lambda: files.put(StringIO("y"), "/srv/small/in/a/new"),
    "template": lambda: files.template(StringIO("y" * 100_000), "/srv/small/x"),
    "template, new": lambda: files.template(StringIO("y"), "/srv/small/new"),
    "sync": lambda: files.sync("tree", "/srv/small/tree", delete=True),
    "line": lambda: files.line("/srv/small/page", "line" * 9),
    "line, replaced": lambda: files.line("/srv/small/x", "^l 1$", replace="y" * 100_000),
    "line, replaced, with a backup": lambda: files.line("/srv/small/x", "^l 1$", replace="y", backup=True),
    "line, removed": lambda: files.line("/srv/small/x", "^l 1$", present=False),
    "line, behind a newline": lambda: files.line("/srv/small/page", "line" * 9, ensure_newline=True),
    "line, new": lambda: files.line("/srv/small/new", "line"),
    "line, new and long": lambda: files.line("/srv/small/new", "y" * 100_000),
    "line, with a backup": lambda: files.line("/srv/small/page", "line", backup=True),
    "replace": lambda: files.replace("/srv/small/x", "l 1", "y" * 100_000),
    "replace, with a backup": lambda: files.replace("/srv/small/x", "l 1", "y", backup=True),
    "block": lambda: files.block("/srv/small/x", "y" * 100_000),
    "block, new": lambda: files.block("/srv/small/new", "y"),
    "block, with a backup": lambda: files.block("/srv/small/x", "y", backup=True),
    "copy": lambda: files.copy("/srv/large", "/srv/small"),
    "copy, over": lambda: files.copy("/srv/other/x", "/srv/small", overwrite=True),
    "copy, of a folder": lambda: files.copy("/srv/other", "/srv/small"),
    "move": lambda: files.move("/srv/large", "/srv/small"),
    "move, over": lambda: files.move("/srv/other/x", "/srv/small", overwrite=True),
    "move, of a folder": lambda: files.move("/srv/other", "/srv/small"),
    "move, of a folder, over": lambda: files.move("/srv/other/tree", "/srv/small", overwrite=True),
    "download": lambda: files.download("file:///srv/large", "/srv/small/x", force=True),
    "download, new": lambda: files.download("file:///srv/large", "/srv/small/new"),
    "unarchive": lambda: files.unarchive(
        "/srv/large.tar", "/srv/small", remote_src=True, creates="/srv/small/large"
    ),
}
MAKE = """
cd /srv
mkdir -p small other/tree/in
umount small 2> /dev/null || true
mount -t tmpfs -o size=40k,mode=755 tmpfs small
yes x | head -c 100000 > large
echo o > other/a
cp -p large other/x
cp -p large other/tree/in
tar -cf large.tar large
cd small
mkdir tree
echo old > tree/old
head -c 4090 /dev/zero | tr '\\0' z > page
seq 400 | sed 's/^/l /' > x
"""


@pytest.mark.real_hosts
@pytest.mark.parametrize("fixture", ["ssh_host", "busybox_host"])
@pytest.mark.parametrize("state", ["full", "read-only"])
def test_a_disk_that_takes_nothing_keeps_what_it_has(request, fixture, state, tmp_path, monkeypatch):
    host = request.getfixturevalue(fixture)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/new").write_text("y" * 100_000)
    end = "mount -o remount,ro ." if state == "read-only" else "cat /dev/zero > filled || true"

    def content():
        told = 'find . -exec stat -c "%n %u:%g %a %F" {} + ; find . -type f ! -name filled -exec md5sum {} +'
        return sorted(host.check_output("sh", "-c", f"cd /srv; {told}").splitlines())

    for code in FULL.values():
        host.check_output("sh", "-ec", f"{MAKE}{end}")
        assert_fails(host, code, "", content, user="root")
