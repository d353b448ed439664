"""Uploads: the old bytes or the new ones, never a mix, and what a file had is kept."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import ClassVar

import pytest
from engine_kit import shells
from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra.api.exceptions import PyinfraError
from pyinfra.connectors._content import FileContent, upload_content
from pyinfra.connectors.util import Placement, upload_command
from upload_kit import upload


@pytest.mark.parametrize("shell", shells(), ids=" ".join)
class TestInEachShell:
    def test_new_and_replaced(self, tmp_path: Path, shell):
        for content in (b"one\n", b"\0\xff two", b""):
            done = upload(tmp_path / "x", content, shell=shell)
            assert done.returncode == 0, done.stderr
            assert (tmp_path / "x").read_bytes() == content
        assert os.listdir(tmp_path) == ["x"]

    def test_a_short_stdin_leaves_the_old_bytes(self, tmp_path: Path, shell):
        (tmp_path / "x").write_bytes(b"old")
        done = upload(tmp_path / "x", b"ne", size=3, shell=shell)
        assert done.returncode != 0
        assert b"only 2 of 3 bytes arrived" in done.stderr
        assert (tmp_path / "x").read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["x"]

    def test_links_are_followed(self, tmp_path: Path, shell):
        (tmp_path / "real folder").mkdir()
        (tmp_path / "real folder/file").write_bytes(b"old")
        (tmp_path / "relative").symlink_to("real folder/file")
        (tmp_path / "chain").symlink_to(tmp_path / "relative")
        assert upload(tmp_path / "chain", b"new", shell=shell).returncode == 0
        assert (tmp_path / "real folder/file").read_bytes() == b"new"
        assert (tmp_path / "chain").is_symlink()
        assert (tmp_path / "relative").is_symlink()

    def test_mode_and_owner_are_kept(self, tmp_path: Path, shell):
        (tmp_path / "x").write_bytes(b"old")
        (tmp_path / "x").chmod(0o4741)
        if os.geteuid() == 0:
            os.chown(tmp_path / "x", 12345, 54321)
            (tmp_path / "x").chmod(0o741)
        before = (tmp_path / "x").stat()
        assert upload(tmp_path / "x", b"new", shell=shell).returncode == 0
        after = (tmp_path / "x").stat()
        assert (after.st_mode & 0o777, after.st_uid, after.st_gid) == (
            before.st_mode & 0o777,
            before.st_uid,
            before.st_gid,
        )

    def test_a_directory_in_the_way_is_refused(self, tmp_path: Path, shell):
        (tmp_path / "x").mkdir()
        done = upload(tmp_path / "x", b"new", shell=shell)
        assert done.returncode != 0
        assert b"is a directory" in done.stderr
        assert os.listdir(tmp_path / "x") == []

    @pytest.mark.parametrize(
        "name", ["-n", "a b", "it's", 'q"q', "new\nline", "nürnberg", "$(id)", "*", "\\", "~"]
    )
    def test_any_name(self, tmp_path: Path, shell, name):
        assert upload(tmp_path / name, b"1", shell=shell).returncode == 0
        assert upload(name, b"22", shell=shell, cwd=tmp_path).returncode == 0
        assert (tmp_path / name).read_bytes() == b"22"
        assert os.listdir(tmp_path) == [name]

    def test_what_is_no_file_is_refused(self, tmp_path: Path, shell):
        os.mkfifo(tmp_path / "x")
        done = upload(tmp_path / "x", b"new", shell=shell)
        assert done.returncode != 0
        assert b"is no regular file" in done.stderr
        assert (tmp_path / "x").is_fifo()
        assert os.listdir(tmp_path) == ["x"]

    def test_a_loop_of_links_is_refused(self, tmp_path: Path, shell):
        (tmp_path / "a").symlink_to("b")
        (tmp_path / "b").symlink_to("a")
        done = upload(tmp_path / "a", b"new", shell=shell)
        assert done.returncode != 0
        assert b"is a loop of symbolic links" in done.stderr
        assert (tmp_path / "a").is_symlink()

    @pytest.mark.parametrize("target", ["new file", "-n", "it's\n", "deep/../new file", "./new file"])
    def test_a_link_to_nothing_makes_what_it_points_to(self, tmp_path: Path, shell, target):
        (tmp_path / "deep").mkdir()
        (tmp_path / "link").symlink_to(target)
        assert upload(tmp_path / "link", b"new", shell=shell).returncode == 0
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / target).read_bytes() == b"new"

    def test_a_link_to_a_directory_is_refused(self, tmp_path: Path, shell):
        (tmp_path / "folder").mkdir()
        (tmp_path / "link").symlink_to("folder")
        done = upload(tmp_path / "link", b"new", shell=shell)
        assert done.returncode != 0
        assert b"is a directory" in done.stderr

    @pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
    def test_a_new_file_has_the_mode_that_any_would_have(self, tmp_path: Path, shell, umask):
        assert upload(tmp_path / "x", b"new", shell=shell, umask=umask).returncode == 0
        assert (tmp_path / "x").stat().st_mode & 0o7777 == 0o666 & ~umask

    @pytest.mark.parametrize("mode", [0o400, 0o444, 0o640, 0o666, 0o755])
    def test_a_user_who_is_not_root_keeps_the_mode_too(self, shell, mode):
        if os.geteuid() != 0:
            pytest.skip("only root can become another user")
        # Not tmp_path: only its owner may go there.
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o777)
            file = Path(folder) / "x"
            file.write_bytes(b"old")
            file.chmod(mode)
            os.chown(file, 12345, 54321)
            done = upload(file, b"new", shell=shell, user=12345, group=54321, extra_groups=[])
            assert done.returncode == 0, done.stderr
            told = file.stat()
            assert (file.read_bytes(), told.st_mode & 0o7777) == (b"new", mode)
            assert (told.st_uid, told.st_gid) == (12345, 54321)

    def test_a_missing_folder_is_said(self, tmp_path: Path, shell):
        done = upload(tmp_path / "none/x", b"1", shell=shell)
        assert done.returncode != 0
        assert done.stderr


@pytest.mark.skipif(shutil.which("busybox") is None, reason="busybox is not installed")
def test_with_busyboxs_own_tools(tmp_path: Path):
    tools = tmp_path / "tools"
    tools.mkdir()
    subprocess.run(["busybox", "--install", "-s", tools], check=True)
    (tmp_path / "x").write_bytes(b"old")
    (tmp_path / "x").chmod(0o640)
    shell = (str(tools / "sh"),)
    done = upload(tmp_path / "x", b"new", env={"PATH": str(tools)}, shell=shell)
    assert done.returncode == 0, done.stderr
    check = Placement(f"{os.geteuid()}:{os.getegid()}", 640, "grep -q new {}")
    done = upload(tmp_path / "x", b"new", env={"PATH": str(tools)}, shell=shell, placement=check)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "x").read_bytes() == b"new"
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_killed_in_the_middle_the_old_bytes_stay(tmp_path: Path, kill):
    (tmp_path / "x").write_bytes(b"old")
    process = subprocess.Popen(
        ["sh", "-c", f"exec {upload_command(str(tmp_path / 'x'), 1 << 20)}"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    # A pipe holds 64 KiB: once this much is written, cat is at work.
    process.stdin.write(b"n" * (1 << 19))
    process.stdin.flush()
    os.killpg(process.pid, kill)
    process.stdin.close()
    process.wait(60)
    assert (tmp_path / "x").read_bytes() == b"old"
    if kill != signal.SIGKILL:
        assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize(
    ("old", "placement", "new"),
    [
        (None, None, 0o644),
        (0o600, None, 0o600),
        (None, Placement(mode=604), 0o604),
        (0o644, Placement(mode=640), 0o640),
    ],
)
def test_a_secret_is_private_while_it_arrives(tmp_path: Path, old, placement, new):
    if old is not None:
        (tmp_path / "x").touch(old)
        (tmp_path / "x").chmod(old)
    process = subprocess.Popen(
        ["sh", "-c", upload_command(str(tmp_path / "x"), 1 << 19, placement).get_raw_value()],
        stdin=subprocess.PIPE,
        umask=0o022,
    )
    assert process.stdin is not None
    process.stdin.write(b"n" * ((1 << 19) - 1))
    process.stdin.flush()
    [temporary] = tmp_path.glob(".pyinfra-*")
    mode = temporary.stat().st_mode & 0o777
    process.stdin.write(b"n")
    process.stdin.close()
    assert process.wait(60) == 0
    assert mode == 0o600
    assert (tmp_path / "x").stat().st_mode & 0o777 == new


def test_a_full_disk_leaves_the_old_bytes(tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"can't mount a small disk: {mounted.stderr.decode().strip()}")
    try:
        (disk / "x").write_bytes(b"old")
        done = upload(disk / "x", b"n" * (1 << 17))
        assert done.returncode != 0
        assert b"No space left" in done.stderr
        assert (disk / "x").read_bytes() == b"old"
        assert os.listdir(disk) == ["x"]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_acls_are_kept(tmp_path: Path):
    if shutil.which("setfacl") is None:
        pytest.skip("setfacl is not installed")
    (tmp_path / "x").write_bytes(b"old")
    given_ = subprocess.run(["setfacl", "-m", "u:12345:rw", tmp_path / "x"], capture_output=True, check=False)
    if given_.returncode != 0:
        pytest.skip("the file system has no ACLs")
    assert upload(tmp_path / "x", b"new").returncode == 0
    told = subprocess.run(
        ["getfacl", "-cn", tmp_path / "x"], capture_output=True, text=True, check=True
    ).stdout
    assert "user:12345:rw-" in told


def test_extended_attributes_are_kept(tmp_path: Path):
    (tmp_path / "x").write_bytes(b"old")
    try:
        os.setxattr(tmp_path / "x", "user.pyinfra", b"kept")
    except OSError as error:
        pytest.skip(f"the file system has no extended attributes: {error.strerror}")
    assert upload(tmp_path / "x", b"new").returncode == 0
    assert os.getxattr(tmp_path / "x", "user.pyinfra") == b"kept"


class TestOverConnectors:
    @given(content=st.binary(max_size=4096))
    @settings(max_examples=20)
    def test_bytes_arrive_as_they_are(self, tmp_path_factory, content):
        from pyinfra.api import Config, Inventory, State

        state = State(Inventory((["@local"], {})), Config())
        [host] = state.inventory
        dest = tmp_path_factory.mktemp("bytes") / "x"
        assert host.put_file(BytesIO(content), str(dest))
        assert dest.read_bytes() == content
        back = BytesIO()
        assert host.get_file(str(dest), back)
        assert back.getvalue() == content

    def test_text_is_utf_8(self, make_run, folder: Path):
        make_run().host.put_file(StringIO("grün\n"), str(folder / "x"))
        assert (folder / "x").read_bytes() == "grün\n".encode()

    def test_a_failure_says_why(self, make_run, folder: Path):
        with pytest.raises(PyinfraError, match=r"could not write .*none/x: "):
            make_run().host.put_file(StringIO("1"), str(folder / "none/x"))

    def test_a_connector_without_stdin_has_its_bytes_placed_and_renamed(self, make_run, folder: Path):
        from engine_kit import Unbatched

        class Copies(Unbatched):
            """As published connectors are: put_file writes where it is told, no more."""

            placed: ClassVar[list[str]] = []

            def put_file(self, filename_or_io, remote_filename, *args, **kwargs):
                self.placed.append(remote_filename)
                Path(remote_filename).write_bytes(filename_or_io.read())
                return True

        run = make_run(connector=Copies, TEMP_DIR=str(folder.parent))
        (folder / "x").write_bytes(b"old")
        (folder / "x").chmod(0o600)
        assert run.host.put_file(BytesIO(b"new"), str(folder / "x"))
        assert (folder / "x").read_bytes() == b"new"
        assert (folder / "x").stat().st_mode & 0o777 == 0o600
        assert Copies.placed != [str(folder / "x")]
        assert not Path(Copies.placed[0]).exists()


class TestContent:
    LARGE = bytes(range(256)) * 8192

    def test_a_large_file_is_what_it_was_at_first(self, tmp_path: Path):
        (tmp_path / "x").write_bytes(self.LARGE)
        with upload_content(str(tmp_path / "x"), streams=True) as content:
            with (tmp_path / "x").open("ab") as file:
                file.write(b"more")
            assert isinstance(content, FileContent)
            assert len(content) == len(self.LARGE)
            assert content.read(10) + content.read() == self.LARGE
            assert content.read(1) == b""

    @pytest.mark.parametrize("streams", [True, False])
    def test_what_is_small_or_an_io_is_read_whole(self, tmp_path: Path, streams):
        (tmp_path / "x").write_bytes(b"small")
        for source, wanted in (
            (str(tmp_path / "x"), b"small"),
            (StringIO("\udce9é"), b"\xe9\xc3\xa9"),
            (BytesIO(self.LARGE), self.LARGE),
        ):
            with upload_content(source, streams) as content:
                assert content == wanted

    def test_an_error_behind_it_is_its_own(self, tmp_path: Path):
        (tmp_path / "x").write_bytes(b"small")
        with pytest.raises(TimeoutError), upload_content(str(tmp_path / "x"), streams=True):
            raise TimeoutError
