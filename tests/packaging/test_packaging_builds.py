"""Two builds are equal to the byte, wherever and whenever they are made; what they hold is what others need of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from .conftest import ROOT

OLD = 1_000_000_000  # a day in 2001, in seconds
LICENSE = (ROOT / "LICENSE").read_bytes()


# As `uv build` does for each package, a wheel is made from what is in the sdist.
BUILD = """
import os, shutil, sys, tarfile
from pathlib import Path
from hatchling.build import build_sdist, build_wheel
out, *folders = sys.argv[1:]
for folder in folders:
    os.chdir(folder)
    sdist = Path(out, build_sdist(out))
    if "{wheels}":
        with tarfile.open(sdist) as archive:
            archive.extractall(out, **({{"filter": "data"}} if hasattr(tarfile, "data_filter") else {{}}))
        unpacked = sdist.with_name(sdist.name.removesuffix(".tar.gz"))
        os.chdir(unpacked)
        build_wheel(out)
        shutil.rmtree(unpacked)
"""


@pytest.fixture(scope="module")
def builder(make_venv):
    environment = make_venv("hatchling>=1.25")

    def build(root: Path, out: Path, *, wheels: bool) -> Path:
        out.mkdir(exist_ok=True)
        folders = [root, *(path.parent for path in sorted(root.glob("packages/*/pyproject.toml")))]
        code = BUILD.format(wheels="yes" if wheels else "")
        done = environment.run("python", "-c", code, out, *folders)
        assert done.returncode == 0, done.stderr
        return out

    return build


@pytest.fixture(scope="module")
def sdists(builder, tmp_path_factory) -> Path:
    return builder(ROOT, tmp_path_factory.mktemp("sdists"), wheels=False)


@pytest.fixture(scope="module")
def elsewhere(builder, tmp_path_factory) -> Path:
    """What is built of a copy that others may not read, has other times, and stands elsewhere."""
    copy = tmp_path_factory.mktemp("elsewhere") / "a copy"
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
            (copy / name).chmod(0o600 | ((ROOT / name).stat().st_mode & 0o100))
            os.utime(copy / name, (OLD, OLD))
    return builder(copy, copy / "dist", wheels=True)


def contents(folder: Path, pattern: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob(pattern)}


def test_wheels_are_equal(wheels, elsewhere):
    first, second = contents(wheels, "*.whl"), contents(elsewhere, "*.whl")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_sdists_are_equal(sdists, elsewhere):
    first, second = contents(sdists, "*.tar.gz"), contents(elsewhere, "*.tar.gz")
    assert len(first) == len(list(ROOT.glob("packages/*/pyproject.toml"))) + 1
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def archived(path: Path) -> dict[str, bytes]:
    """The files of a wheel or sdist, by their path in it without the sdist's own folder."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(path) as sdist:
        files = [member for member in sdist if member.isfile()]
        return {member.name.partition("/")[2]: sdist.extractfile(member).read() for member in files}


def metadata(files: dict[str, bytes]) -> Message:
    (about,) = (name for name in files if name == "PKG-INFO" or name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(files[about].decode())


def test_all_carry_the_license(wheels, sdists):
    lacking = [
        path.name
        for path in [*wheels.glob("*.whl"), *sdists.glob("*.tar.gz")]
        for files in [archived(path)]
        if LICENSE not in [content for name, content in files.items() if name.endswith("LICENSE")]
        or metadata(files).get_all("License-File") != ["LICENSE"]
    ]
    assert lacking == []


def test_all_have_keywords(wheels):
    assert [path.name for path in wheels.glob("*.whl") if not metadata(archived(path))["Keywords"]] == []


def test_wheels_and_sdists_say_the_same(wheels, sdists):
    for wheel in wheels.glob("*.whl"):
        sdist = sdists / f"{wheel.name.partition('-py3')[0]}.tar.gz"
        assert metadata(archived(wheel)).as_string() == metadata(archived(sdist)).as_string(), wheel.name


def test_sdists_have_what_is_built_and_tested_and_no_more(sdists):
    needed = {"LICENSE", "README.md", "pyproject.toml", "PKG-INFO"}
    for sdist in sdists.glob("*.tar.gz"):
        files = set(archived(sdist))
        assert needed <= files, sdist.name
        others = {name.partition("/")[0] for name in files - needed}
        assert others <= {".gitignore", "CHANGELOG.md", "src", "tests"}, sdist.name
