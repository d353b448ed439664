import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.facts.apk._changes import read_changes

NAME = st.from_regex(r"[a-z0-9][a-z0-9_.+]{0,10}(-[a-z][a-z0-9]{0,5}){0,2}", fullmatch=True)
VERSION = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}(_rc[0-9])?-r[0-9]{1,2}", fullmatch=True)

OUTPUT = """\
fetch https://dl-cdn.alpinelinux.org/alpine/v3.19/main/x86_64/APKINDEX.tar.gz
(1/6) Purging nano (7.2-r1)
(2/6) Installing libedit (20230828.3.1-r3)
(3/6) Upgrading nginx (1.24.0-r14 -> 1.24.0-r15)
(4/6) Downgrading curl@edge (8.6.0-r0 -> 8.5.0-r0)
(5/6) Replacing zlib (1.3.1-r0 -> 1.3.1-r0)
(6/6) Reinstalling musl (1.2.4-r2)
Executing busybox-1.36.1-r15.trigger
OK: 13 MiB in 28 packages
"""


def test_each_kind_of_step():
    assert read_changes(OUTPUT.splitlines()) == [
        "nano 7.2-r1 removed",
        "libedit 20230828.3.1-r3 installed",
        "nginx 1.24.0-r14 -> 1.24.0-r15",
        "curl 8.6.0-r0 -> 8.5.0-r0",
    ]


@pytest.mark.parametrize(
    "line", ["", "OK: 8 MiB in 17 packages", "(1/1) Upgrading", "(1/2) Dreaming of a (1-r0)"]
)
def test_other_lines(line):
    assert read_changes([line]) == []


@given(st.lists(st.text()))
def test_any_output_is_read(lines):
    read_changes(lines)


@given(st.dictionaries(NAME, st.tuples(VERSION, VERSION).filter(lambda pair: pair[0] != pair[1])))
def test_upgrades_are_read_back(upgrades):
    lines = [
        f"({number}/{len(upgrades)}) Upgrading {name} ({old} -> {new})"
        for number, (name, (old, new)) in enumerate(upgrades.items(), 1)
    ]
    assert read_changes(lines) == [f"{name} {old} -> {new}" for name, (old, new) in upgrades.items()]
