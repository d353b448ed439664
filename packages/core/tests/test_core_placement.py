"""What an uploaded file must be before it is put in its place: owner, mode, checked by a command."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from engine_kit import Unbatched, shells
from pyinfra.api.exceptions import PyinfraError
from pyinfra.connectors.local import LocalConnector
from pyinfra.connectors.util import Placement
from upload_kit import upload


@pytest.mark.parametrize("shell", shells(), ids=" ".join)
class TestInEachShell:
    def test_owner_and_mode_are_there_before_the_content_is(self, tmp_path: Path, shell):
        if os.geteuid() != 0:
            pytest.skip("only root can give files away")
        look = Placement(owner="12345:54321", mode="2640", validate="stat -c '%u:%g %a' {} && exit 7")
        for content in (b"new", b"newer"):
            done = upload(tmp_path / "x", content, shell=shell, placement=look)
            assert b"(exit code 7): 12345:54321 2640" in done.stderr
            assert (
                upload(
                    tmp_path / "x", content, shell=shell, placement=Placement("12345:54321", 2640)
                ).returncode
                == 0
            )
            told = (tmp_path / "x").stat()
            assert (told.st_uid, told.st_gid, told.st_mode & 0o7777) == (12345, 54321, 0o2640)

    def test_an_owner_that_is_none_leaves_what_was(self, tmp_path: Path, shell):
        (tmp_path / "x").write_bytes(b"old")
        done = upload(tmp_path / "x", b"new", shell=shell, placement=Placement(owner="no-such-user"))
        assert done.returncode != 0
        assert b"no-such-user" in done.stderr
        assert (tmp_path / "x").read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["x"]

    @pytest.mark.parametrize(
        "validate",
        [
            "grep -q new {}",
            "grep -q new '{}'",
            'grep -q new "{}"',
            "cat {} | grep -q new",
            "sh -c 'grep -q new \"$1\"' x {}",
            'test "$(cat \\"{}\\" 2>&1; cat {})" != \'{}\' && grep -q new {}',
        ],
    )
    def test_what_checks_the_new_content(self, tmp_path: Path, shell, validate):
        folder = tmp_path / 'it\'s a "folder" $HOME'
        folder.mkdir()
        (folder / "x").write_bytes(b"old")
        (folder / "x").chmod(0o640)
        check = Placement(validate=validate)
        done = upload(folder / "x", b"wrong", shell=shell, placement=check)
        assert done.returncode != 0
        assert validate.encode() in done.stderr
        assert (folder / "x").read_bytes() == b"old"
        assert upload(folder / "y", b"wrong", shell=shell, placement=check).returncode != 0
        assert os.listdir(folder) == ["x"]
        done = upload(folder / "x", b"new", shell=shell, placement=check)
        assert done.returncode == 0, done.stderr
        assert (folder / "x").read_bytes() == b"new"
        assert (folder / "x").stat().st_mode & 0o777 == 0o640

    @pytest.mark.parametrize("name", ["x.service", "a.b.conf", "plain", ".hidden"])
    def test_a_check_sees_what_the_name_ends_with(self, tmp_path: Path, shell, name):
        ending = "".join(Path(name).suffixes[-1:])
        check = Placement(
            validate=f"case {{}} in */.pyinfra-????????????{ending}) ;; *) echo {{}}; false; esac"
        )
        done = upload(tmp_path / name, b"", shell=shell, placement=check)
        assert done.returncode == 0, done.stderr

    @pytest.mark.parametrize("target", ["file", "folder", "nothing"])
    def test_a_link_that_is_not_followed_is_replaced(self, tmp_path: Path, shell, target):
        (tmp_path / "file").write_bytes(b"old")
        (tmp_path / "folder").mkdir()
        (tmp_path / "link").symlink_to(target)
        stay = Placement(follow_links=False)
        done = upload(tmp_path / "link", b"new", shell=shell, placement=stay)
        assert done.returncode == 0, done.stderr
        assert not (tmp_path / "link").is_symlink()
        assert (tmp_path / "link").read_bytes() == b"new"
        assert (tmp_path / "file").read_bytes() == b"old"
        assert sorted(os.listdir(tmp_path)) == ["file", "folder", "link"]
        assert os.listdir(tmp_path / "folder") == []


class TestOverConnectors:
    def test_a_connector_without_stdin(self, make_run, folder: Path):
        class Copies(Unbatched):
            """As published connectors are: put_file writes where it is told, no more."""

            def put_file(self, filename_or_io, remote_filename, *args, **kwargs):
                Path(remote_filename).write_bytes(filename_or_io.read())
                return True

        host = make_run(connector=Copies, TEMP_DIR=str(folder)).host
        check = Placement(mode=604, validate="grep -q good {}")
        assert host.put_file(BytesIO(b"good"), str(folder / "x"), placement=check)
        assert (folder / "x").stat().st_mode & 0o777 == 0o604
        with pytest.raises(PyinfraError, match=r"failed `grep -q good \{\}`"):
            host.put_file(BytesIO(b"bad"), str(folder / "x"), placement=check)
        assert (folder / "x").read_bytes() == b"good"
        assert os.listdir(folder) == ["x"]

    def test_a_connector_that_knows_no_placement_gets_none(self, make_run, folder: Path):
        class Own(LocalConnector):
            """Uploads in its own way, as a class made before there were placements."""

            def put_file(self, filename_or_io, remote_filename, remote_temp_filename=None, **arguments):
                assert set(arguments) <= {"print_output", "print_input"}
                Path(remote_filename).write_bytes(filename_or_io.read())
                return True

        assert not Own.places_files
        host = make_run(connector=Own).host
        assert host.put_file(BytesIO(b"own"), str(folder / "x"))
        assert host.put_file(BytesIO(b"placed"), str(folder / "y"), placement=Placement(mode=604))
        assert (folder / "y").stat().st_mode & 0o777 == 0o604
        with pytest.raises(PyinfraError, match="failed `false`"):
            host.put_file(BytesIO(b"never"), str(folder / "x"), placement=Placement(validate="false"))
        assert (folder / "x").read_bytes() == b"own"
