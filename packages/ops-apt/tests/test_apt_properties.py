import json
import shlex

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyinfra.api import OperationError
from pyinfra.facts.apt import AptSources, SimulateOperationWillChange, parse_apt_repo
from pyinfra.facts.apt._sources import parse_deb822
from pyinfra.facts.deb import DebPackage, DebPackages
from pyinfra.operations import apt
from pyinfra.operations.apt._sources_file import _stanza
from pyinfra_testkit.fakes import on_fake_host

TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1)
NAME = st.from_regex(r"[a-z0-9][a-z0-9+.\-]{1,20}", fullmatch=True)
VERSION = st.from_regex(r"([0-9]:)?[0-9][A-Za-z0-9.+~]{0,8}(-[a-z0-9.+~]{1,4})?", fullmatch=True)
WORD = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9./:_\-]{0,20}", fullmatch=True)
WORDS = st.lists(WORD, min_size=1, max_size=3, unique=True)
ARCHITECTURES = st.sampled_from(["amd64", "arm64", "all"])


@given(st.dictionaries(NAME, st.dictionaries(ARCHITECTURES, VERSION, min_size=1)))
def test_installed_packages_are_read_back(packages):
    lines = [
        f"ii  {name}:{architecture}  {version}  {architecture}  what it is"
        for name, versions in packages.items()
        for architecture, version in versions.items()
    ]
    found = DebPackages().process(["||/ Name  Version  Architecture Description", *lines])
    assert found == {name: set(versions.values()) for name, versions in packages.items()}
    assert {name: versions.architectures for name, versions in found.items()} == packages


@given(st.lists(st.text()))
def test_any_output_is_read(lines):
    DebPackages().process(lines)
    DebPackage().process(lines)
    AptSources().process(lines)
    AptSources().process(["##PYINFRA_FILE /etc/apt/sources.list.d/a.sources", *lines])


@given(NAME, VERSION)
def test_both_shapes_of_a_version(name, version):
    package = DebPackages().process([f"ii  {name}  {version}  amd64  x"])[name]
    assert package == {version}
    assert package["version"] == version
    assert json.loads(json.dumps({name: sorted(package)})) == {name: [version]}


def test_several_versions_and_no_other_keys():
    package = DebPackages().process(["ii  a:amd64  1  amd64", "ii  a:i386  2  i386"])["a"]
    assert (package["version"], package["versions"]) == ("2", ["1", "2"])
    with pytest.raises(KeyError, match="maintainer"):
        package["maintainer"]


@given(WORDS, WORDS, st.lists(WORD, max_size=2, unique=True))
def test_a_file_of_sources_names_what_it_was_made_of(uris, suites, components):
    # Paths have no components, and suites have some.
    uris = [f"file:{uri}" for uri in uris]
    suites = list(dict.fromkeys(suite.rstrip("/") + ("" if components else "/") for suite in suites))
    text = _stanza(["deb", "deb-src"], uris, suites, components, None, None)
    found = parse_deb822(text.splitlines())
    assert [(source["type"], source["url"], source["distribution"]) for source in found] == [
        (kind, url, suite) for kind in ("deb", "deb-src") for url in uris for suite in suites
    ]
    assert all(source["components"] == components for source in found)


@given(WORD, WORD, st.lists(WORD, max_size=3))
def test_a_line_is_the_source_it_says(url, suite, components):
    assert parse_apt_repo(" ".join(["deb", url, suite, *components])) == {
        "type": "deb",
        "url": url,
        "distribution": suite,
        "components": components,
        "options": {},
    }


@given(TEXT)
def test_a_package_is_one_word(name):
    assume(not name.startswith(("/", "./", "../")))
    try:
        with on_fake_host({"deb.DebPackages": {}}):
            commands = list(apt.packages._inner(name))
    except OperationError:
        assert not name.strip() or name.startswith("-") or name.endswith(("-", "="))
    else:
        assert shlex.split(commands[0].get_raw_value())[-1] == name


@given(st.lists(TEXT, min_size=1))
def test_options_stay_words(words):
    with on_fake_host({"deb.DebPackages": {}}):
        (command,) = apt.packages._inner("tree", extra_install_args=shlex.join(words))
    assert shlex.split(command.get_raw_value())[-len(words) - 1 :] == [*words, "tree"]


@given(st.lists(TEXT, min_size=1))
def test_simulated_words_stay_words(words):
    command = SimulateOperationWillChange().command(shlex.join(words))
    assert shlex.split(command.get_raw_value())[-len(words) - 1 :] == [*words, "--dry-run"]
