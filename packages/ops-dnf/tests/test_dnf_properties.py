import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api import OperationError
from pyinfra.facts.dnf import DnfDisabledModules, DnfEnabledModules, DnfRepositories, DnfWillChange
from pyinfra.facts.rpm import RpmPackage, RpmPackageProvides, RpmPackages
from pyinfra.facts.yum import YumRepositories, YumWillChange
from pyinfra.operations import dnf, yum
from pyinfra.operations.dnf._manager import _is_plain
from pyinfra_testkit.fakes import on_fake_host

TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1)
NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.+]{0,10}(-[a-z][a-z0-9]{0,5}){0,2}", fullmatch=True)
VERSION = st.from_regex(r"[0-9]{1,3}(\.[0-9a-z]{1,3}){0,2}-[0-9]{1,2}\.el9", fullmatch=True)
MODULES = [dnf, yum]


@pytest.fixture(params=MODULES, ids=["dnf", "yum"])
def module(request):
    return request.param


def tool(module):
    return module.__name__.rpartition(".")[2]


class Facts(dict):
    """What a host with these packages says, whatever is asked."""

    def __init__(self, packages, changes=True):
        answers = Anything([]), Anything(changes)
        super().__init__({"rpm.RpmPackages": packages, "rpm.RpmPackageProvides": answers[0]})
        self.update({f"{name}.{name.title()}WillChange": answers[1] for name in ("dnf", "yum")})


class Anything(dict):
    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def __contains__(self, key):
        return True

    def __getitem__(self, key):
        return self.answer


@given(st.dictionaries(NAME, st.lists(VERSION, min_size=1, unique=True)))
def test_installed_packages_are_read_back(packages):
    lines = [f"{name} {version}" for name, versions in packages.items() for version in versions]
    assert RpmPackages().process(lines) == {name: set(versions) for name, versions in packages.items()}
    assert RpmPackageProvides().process(lines) == [line.split() for line in lines]


@given(st.lists(st.text()))
def test_any_output_is_read(lines):
    for fact in (
        *(RpmPackage, RpmPackages, RpmPackageProvides, DnfRepositories, YumRepositories),
        *(DnfEnabledModules, DnfDisabledModules, DnfWillChange, YumWillChange),
    ):
        fact().process(lines)


@given(st.dictionaries(NAME, st.from_regex(r"[0-9a-z][0-9a-z.:]{0,5}", fullmatch=True)), st.booleans())
def test_modules_are_read_back(modules, disabled):
    flag = "[d] [x]" if disabled else "[d][e]"
    lines = [
        f"{name} {stream} {flag}  common [d], server  What [e] is [x]" for name, stream in modules.items()
    ]
    assert DnfEnabledModules().process(lines) == ({} if disabled else modules)
    assert DnfDisabledModules().process(lines) == (sorted(modules) if disabled else [])


@given(st.sampled_from(MODULES), TEXT, st.booleans())
def test_a_package_is_one_word(module, name, present):
    installed = {} if present else {name: ["1-1"]}
    try:
        with on_fake_host(Facts(installed)):
            (command,) = module.packages._inner(name, present=present)
    except OperationError:
        assert not name.strip() or name.startswith("-")
    except ValueError:
        assert "=" in name
    else:
        words = shlex.split(command.get_raw_value())
        assert words[:3] == [tool(module), "install" if present else "remove", "-y"]
        assert words[3:] in ([name], ["-".join(name.rsplit("=", 1))])


@given(st.sampled_from(MODULES), TEXT)
def test_what_would_not_change_counts_as_installed(module, name):
    try:
        with on_fake_host(Facts({name: ["1-1"]}, changes=False)):
            commands = list(module.packages._inner(name, latest=True))
    except OperationError:
        assert not name.strip() or name.startswith("-")
    else:
        assert not commands or "=" in name


@given(NAME, VERSION)
def test_a_version_is_met_with_its_release_or_any(name, version):
    for wanted in (version, version.rpartition("-")[0], f"1:{version}"):
        with on_fake_host(Facts({name: [version]})) as host:
            assert list(dnf.packages._inner(f"{name}={wanted}")) == []
        assert host.noop_description == f"package {name} is installed ({version})"


@given(st.sampled_from(MODULES), st.lists(TEXT, min_size=1))
def test_options_stay_words(module, words):
    with on_fake_host(Facts({})):
        (command,) = module.packages._inner("bash", extra_install_args=shlex.join(words))
    assert shlex.split(command.get_raw_value()) == [tool(module), "install", "-y", *words, "bash"]


@given(st.lists(TEXT, min_size=1))
def test_simulated_words_stay_words(words):
    command = DnfWillChange().command(shlex.join(words)).get_raw_value()
    assert shlex.split(command) == ["dnf", "--assumeno", *words, "2>&1", "||", "true"]


@given(st.sampled_from(MODULES), TEXT)
def test_keys_and_files_are_one_word(module, text):
    try:
        (command,) = module.key._inner(text)
    except OperationError:
        assert not text.strip() or text.startswith("-")
    else:
        assert shlex.split(command.get_raw_value()) == ["rpm", "--import", text]


@given(TEXT)
def test_a_fact_s_argument_is_one_word(text):
    words = shlex.split(RpmPackage().command(text).get_raw_value())
    assert words[3 : words.index("||")] == (["-q", "--", text] if text.startswith("-") else ["-q", text])
    words = shlex.split(RpmPackageProvides().command(text).get_raw_value())
    end = words[5:-2]
    assert end == ([f"--whatprovides={text}"] if text.startswith("-") else ["--whatprovides", text])


@pytest.mark.parametrize("name", ["bash", "libstdc++", "python3.11", "glibc-langpack-en", "perl-DBI", "7zip"])
def test_plain_names(name):
    assert _is_plain(name)


@pytest.mark.parametrize(
    "name",
    ["bash.x86_64", "bash-5.1", "@core", "a*", "/bin/sh", "./a.rpm", "perl(DBI)", "a b", "x.noarch", "é"],
)
def test_other_names(name):
    assert not _is_plain(name)


def test_words_that_are_no_words(module):
    with pytest.raises(OperationError, match="extra_install_args must be words of a command"):
        list(module.packages._inner("bash", extra_install_args="'"))
