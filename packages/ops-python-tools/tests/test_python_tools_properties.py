import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api import OperationError, OperationValueError
from pyinfra.facts.pip import PipPackages
from pyinfra.facts.pip._command import quote_words
from pyinfra.facts.pipx import PipxEnvironment, PipxPackages
from pyinfra.facts.uv import (
    UvAvailablePythonsByVersion,
    UvInstalledPythonsByImplementation,
    UvPipPackages,
    UvToolDir,
    UvTools,
    UvVersion,
)
from pyinfra.operations import pip, pipx, uv
from pyinfra.operations.uv._python_requests import matching
from pyinfra_testkit.fakes import on_fake_host

TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1)
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}([-_.][A-Za-z0-9]{1,4}){0,2}", fullmatch=True)
VERSION = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}(rc[0-9]|\.post1)?", fullmatch=True)
PACKAGES = st.dictionaries(NAME, VERSION)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda value: st.lists(value) | st.dictionaries(st.sampled_from(["name", "version", "key"]), value),
)
FACTS = [
    PipPackages,
    PipxEnvironment,
    PipxPackages,
    UvAvailablePythonsByVersion,
    UvInstalledPythonsByImplementation,
    UvPipPackages,
    UvToolDir,
    UvTools,
    UvVersion,
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
@given(lines=st.lists(st.text()))
def test_any_output_is_read(fact, lines):
    fact().process(lines)


@given(JSON)
def test_any_json_is_read(value):
    for fact in (UvPipPackages, UvAvailablePythonsByVersion, UvInstalledPythonsByImplementation):
        found = fact().process([json.dumps(value)])
        assert all(isinstance(one, str) for values in found.values() for one in values)


@given(PACKAGES)
def test_installed_packages_are_read_back(packages):
    want = {name: {version} for name, version in packages.items()}
    assert PipPackages().process([f"{name}=={version}" for name, version in packages.items()]) == want
    assert PipxPackages().process([f"{name} {version}" for name, version in packages.items()]) == want
    assert UvTools().process([f"{name} v{version}" for name, version in packages.items()]) == want
    listed = [{"name": name, "version": version} for name, version in packages.items()]
    assert UvPipPackages().process([json.dumps(listed)]) == want


@given(TEXT)
def test_a_package_is_one_word_or_refused(name):
    facts = {
        "pip.PipPackages": {"pip=pip": {}},
        "pipx.PipxPackages": {},
        "uv.UvPipPackages": {},
        "uv.UvTools": {},
    }
    operations = [pip.packages, pipx.packages, uv.packages, uv.tools]
    words = ["pip install", "pipx install", "uv pip install --no-progress", "uv tool install --no-progress"]
    for operation, start in zip(operations, words, strict=True):
        try:
            with on_fake_host(facts):
                (command,) = operation._inner(name)
        except OperationError:
            assert not name.strip() or name.strip().startswith("-") or "@" in name
        else:
            first, *rest, package = shlex.split(command.get_raw_value())
            assert [first, *rest] == start.split()
            assert not package.startswith("-")


@given(st.lists(TEXT, min_size=1))
def test_extra_arguments_stay_words(words):
    with on_fake_host({"uv.UvPipPackages": {}, "pip.PipPackages": {"pip=pip": {}}}):
        (one,) = uv.packages._inner("a", extra_args=words)
        (two,) = uv.packages._inner("a", extra_args=shlex.join(words))
        (three,) = pip.packages._inner("a", extra_install_args=shlex.join(words))
    for command in (one, two, three):
        assert shlex.split(command.get_raw_value())[-len(words) - 1 :] == [*words, "a"]


@given(TEXT)
def test_the_words_of_a_pip_stay_words(text):
    try:
        words = shlex.split(text)
    except ValueError:
        return
    if words and not words[0].startswith("-"):
        command = PipPackages().command(shlex.join(words)).get_raw_value()
        assert shlex.split(command) == [*words, "freeze", "--all"]
        assert PipPackages().requires_command(shlex.join(words)) == words[0]


@given(NAME, st.lists(st.integers(0, 99), min_size=1, max_size=3))
def test_a_version_is_the_same_with_zeros_at_its_end(name, numbers):
    version = ".".join(map(str, numbers))
    for installed in (version, f"{version}.0"):
        with on_fake_host({"pip.PipPackages": {"pip=pip": {name: [installed]}}}):
            assert not list(pip.packages._inner(f"{name}=={version}"))


@given(st.integers(2, 4), st.integers(0, 30), st.integers(0, 30))
def test_a_python_is_found_by_all_its_names(major, minor, patch):
    version, key = f"{major}.{minor}.{patch}", f"cpython-{major}.{minor}.{patch}-linux-x86_64-gnu"
    installed = {version: {key}}
    for request in (
        str(major),
        f"{major}.{minor}",
        version,
        f"cpython@{major}.{minor}",
        f"cpython-{version}",
        key,
    ):
        assert matching(request, installed) == [key]
    for request in (
        f"{major}.{minor}9",
        f"{major}.{minor}t",
        f"pypy@{version}",
        f"{version}rc1",
        f">{version}",
        "",
    ):
        assert matching(request, installed) == []


@given(TEXT)
def test_any_request_for_a_python_is_read(request):
    assert matching(request, {"3.12.4": ["cpython-3.12.4-linux-x86_64-gnu"], "x": ["y"]}) in (
        [],
        ["cpython-3.12.4-linux-x86_64-gnu"],
        ["y"],
    )


@pytest.mark.parametrize("word", ["a" * 10_000, "a" * 10_000 + ";", "'a' " * 5_000 + '"'])
def test_long_words_are_read_at_once(word):
    try:
        assert shlex.split(quote_words(word, "words", OperationValueError)) == shlex.split(word)
    except OperationValueError:
        assert word.endswith('"')
