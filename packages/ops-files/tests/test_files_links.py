"""Link targets read out of what the tools of this machine print, for names of any bytes."""

import os
import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyinfra.facts.files import File, Link

NAMES = st.one_of(
    st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name),
    st.text("ab '\"\\$\n\té->`", min_size=1, max_size=12).map(str.encode),
)
STATS = [
    pytest.param("", id="coreutils"),
    pytest.param(
        'stat() { busybox stat "$@"; }; ',
        id="busybox",
        marks=pytest.mark.skipif(shutil.which("busybox") is None, reason="no busybox here"),
    ),
    pytest.param("stat() { return 1; }; ", id="ls"),
]


def ask(fact, folder, name, setup):
    command = setup + fact.command(path=os.fsdecode(name)).get_raw_value()
    done = subprocess.run(
        ["sh", "-c", os.fsencode(command)],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    text = done.stdout.decode("utf-8", "surrogateescape")
    return fact.process(text.removesuffix("\n").split("\n") if text else [])


@pytest.mark.parametrize("setup", STATS)
@settings(max_examples=60, deadline=None)
@given(target=NAMES, name=NAMES.filter(lambda name: b"/" not in name and name not in (b".", b"..")))
@example(target=b"\x01'\x01", name=b"\x01")
def test_a_link_is_read_back(setup, target, name, tmp_path_factory):
    folder = tmp_path_factory.mktemp("links")
    if name.startswith(b"~"):
        name = b"x" + name
    (folder / os.fsdecode(name)).symlink_to(os.fsdecode(target))
    found = ask(Link(), folder, name, setup)
    assert found["link_target"] == os.fsdecode(target)
    assert found["size"] == len(target)


@pytest.mark.parametrize("setup", STATS)
def test_a_file_is_what_the_system_says(setup, tmp_path):
    file = tmp_path / "a\nb 'c'"
    file.write_bytes(b"12345")
    file.chmod(0o4711)
    os.utime(file, (86400, 172800))
    found = ask(File(), tmp_path, os.fsencode(file.name), setup)
    assert (found["mode"], found["size"]) == (4711, 5)
    assert found["user"] == file.owner()
    assert found["mtime"].isoformat() == "1970-01-03T00:00:00"


@pytest.mark.parametrize("setup", STATS)
def test_what_is_not_there_is_none(setup, tmp_path):
    assert ask(File(), tmp_path, b"-x", setup) is None
