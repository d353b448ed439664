"""Debian has no apk, and so it is tried by what it prints alone."""

import shlex

from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api import OperationError
from pyinfra.facts.apk import ApkPackages, ApkWillChange, ApkWorld
from pyinfra.operations import apk
from pyinfra_testkit.fakes import on_fake_host

TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1)
NAME = st.from_regex(r"[a-z0-9][a-z0-9_.+]{0,10}(-[a-z][a-z0-9]{0,5}){0,2}", fullmatch=True)
VERSION = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}(_rc[0-9])?-r[0-9]{1,2}", fullmatch=True)


@given(st.dictionaries(NAME, VERSION))
def test_installed_packages_are_read_back(packages):
    lines = [f"{name}-{version} x86_64 {{{name}}} (MIT) [installed]" for name, version in packages.items()]
    assert ApkPackages().process(lines) == {name: {version} for name, version in packages.items()}


@given(st.lists(st.text()))
def test_any_output_is_read(lines):
    ApkPackages().process(lines)
    ApkWorld().process(lines)
    ApkWillChange().process(lines)


@given(TEXT)
def test_a_package_is_one_word(name):
    try:
        with on_fake_host({"apk.ApkPackages": {}, "apk.ApkWorld": []}):
            (command,) = apk.packages._inner(name)
    except OperationError:
        assert not name.strip() or name.startswith("-")
    else:
        assert shlex.split(command.get_raw_value()) == ["apk", "add", name]


@given(NAME, st.sampled_from(["@edge", ">1", "<=2", "~1.2", "=~1"]), VERSION)
def test_what_apk_is_held_to_counts_as_installed(name, constraint, version):
    wanted = f"{name}{constraint}"
    for world, installed, commands in (
        ([wanted], {name: [version]}, []),
        ([wanted], {}, [["apk", "add", wanted]]),
        ([name], {name: [version]}, [["apk", "add", wanted]]),
    ):
        with on_fake_host({"apk.ApkPackages": installed, "apk.ApkWorld": world}):
            got = [shlex.split(command.get_raw_value()) for command in apk.packages._inner(wanted)]
        assert got == commands


@given(st.lists(TEXT, min_size=1))
def test_simulated_words_stay_words(words):
    command = ApkWillChange().command(shlex.join(words)).get_raw_value()
    assert shlex.split(command) == ["apk", "--simulate", *words, "||", "true"]
