import shlex
import sys
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api import FactBase, OperationValueError, StringCommand
from pyinfra.facts.util.packages import PackageInfo, PackageStatus, build_package_map
from pyinfra.facts.util.packaging import parse_packages, parse_yum_repositories
from pyinfra.operations.util.packaging import PkgInfo, ensure_packages, ensure_rpm, ensure_yum_repo


class Host:
    def __init__(self, facts=None):
        self.noops, self.facts = [], facts or {}

    def noop(self, description):
        self.noops.append(description)

    def get_fact(self, _fact, package):
        return self.facts[package]

    def get_temp_filename(self, key, **_options):
        return f"/var/cache/{key[:4]}"


def run(packages, current, present=True, **options):
    host = Host()
    commands = ensure_packages(host, packages, current, present, "install", "remove", **options)
    return [command.get_raw_value() for command in commands], host.noops


@pytest.mark.parametrize("current", [{"a": {"1"}}, {"a": ["1"]}, {"a": "1"}, {"a": PackageInfo("a", ("1",))}])
def test_each_shape_of_what_is_installed(current):
    assert run(["a", "b"], current) == (["install b"], ["package a is installed (1)"])
    assert run(["a", "b"], current, present=False) == (["remove a"], ["package b is not installed"])
    assert run(["a=1", "a=2"], current, version_join="=") == (["install a=2"], ["package a is installed (1)"])


def test_no_versions_are_known():
    assert run("a", {"a": True}) == ([], ["package a is installed"])


def test_each_package_once():
    assert run(["a", "a", "b c"], {})[0] == ["install a 'b c'"]
    assert run(None, {}) == ([], [])


def test_latest():
    current = build_package_map({"a": {"1"}, "b": {"1"}, "c": {"1"}}, {"a": "2", "c": "2", "x": "1"}, {"c"})
    commands, noops = run(["a", "b", "c", "d"], current, latest=True, upgrade_command="upgrade")
    assert commands == ["install d", "upgrade a"]
    assert noops == ["package b is up to date (1)", "package c is held"]
    assert current["c"].status is PackageStatus.HELD


def test_latest_without_knowing_what_is_newer():
    assert run(["a"], {"a": {"1"}}, latest=True, upgrade_command="upgrade")[0] == ["upgrade a"]
    assert run(["a=1"], {"a": {"1"}}, latest=True, upgrade_command="upgrade", version_join="=")[0] == []


@pytest.mark.parametrize(
    ("current", "match_any", "commands"),
    [
        ({"a": {"1"}}, False, ["install group"]),
        ({"a": {"1"}}, True, []),
        ({"a": {"1"}, "b": {"2"}}, False, []),
        ({"a": {"1"}, "b": {"3"}}, False, ["install group"]),
    ],
)
def test_what_stands_behind_a_name(current, match_any, commands):
    def expand(name):
        return ["a", ["b", "2"]] if name == "group" else None

    options = {"expand_package_fact": expand, "expand_match_any": match_any}
    assert run(["group"], current, **options)[0] == commands
    assert run(["group"], current, present=False, **options)[0] == ["remove group"]


def test_a_pin_counts_where_names_are_expanded():
    options = {"expand_package_fact": lambda _: None, "version_join": "="}
    assert run(["a=2"], {"a": {"1"}}, **options)[0] == ["install a=2"]


@pytest.mark.parametrize(
    ("text", "name", "version", "word"),
    [
        ("Django", "django", "", "django"),
        ("a[b]==1.0; python_version > '3'", "a", "1.0", "a==1.0"),
        ("a>1", "a", "1", "'a>1'"),
        ("a @ https://h/a.whl?x&y", "a", "", "'https://h/a.whl?x&y'"),
        ("a>1,<3", "a>1,<3", "", "'a>1,<3'"),
        ("git+https://h/a", "git+https://h/a", "", "git+https://h/a"),
    ],
)
def test_requirements_of_python(text, name, version, word):
    package = PkgInfo.from_pep508(text)
    assert (package.name, package.version, package.inst_vers) == (name, version, word)


@pytest.mark.parametrize(
    ("text", "accepted"), [("a>1", True), ("a<2", False), ("a~=2.0", True), ("a==2.1", False)]
)
def test_versions_that_a_requirement_accepts(text, accepted):
    assert PkgInfo.from_pep508(text).accepts("2.5") is accepted


@given(st.text(min_size=1), st.sampled_from(["=", "==", "@"]))
def test_a_package_is_one_word(text, join):
    package = PkgInfo.from_possible_pair(text, join)
    assert len(shlex.split(package.inst_vers)) == 1
    assert PkgInfo.from_possible_pair(text, None).name == text


def test_scoped_names_keep_their_sign():
    assert PkgInfo.from_possible_pair("@scope/a@1", "@")[:3] == ("@scope/a", "1", "@")
    assert PkgInfo.from_possible_pair("@scope/a", "@")[:2] == ("@scope/a", "")


def test_parse_packages():
    assert parse_packages(r"(\S+) (\S+)$", ["a 1", "a 2", "nothing", "", "b 1"]) == {
        "a": {"1", "2"},
        "b": {"1"},
    }


REPOSITORIES = """\
#pyinfra-filename: /etc/yum.repos.d/a b.repo
stray = line
; comment
[a]
name = A = b
 gpgcheck=1
baseurl=http://one
    http://two?x=y
[b]
[broken
"""


def test_parse_repositories():
    assert parse_yum_repositories(REPOSITORIES.splitlines()) == [
        {
            "repoid": "a",
            "name": "A = b",
            "filename": "/etc/yum.repos.d/a b.repo",
            "gpgcheck": "1",
            "baseurl": "http://one\nhttp://two?x=y",
        },
        {"repoid": "b", "name": "b", "filename": "/etc/yum.repos.d/a b.repo"},
    ]
    assert parse_yum_repositories(["[a]"]) == [{"repoid": "a", "name": "a"}]


def operation(name):
    def run(**arguments):
        yield StringCommand(
            name, *(str(getattr(value, "getvalue", lambda v=value: v)()) for value in arguments.values())
        )

    run._inner = run
    return run


@pytest.fixture
def _plugins(monkeypatch):
    """The plugins that the rpm package managers' operations look for."""

    class RpmPackage(FactBase[dict[str, str]]):
        def command(self, package):
            return package

    rpm, files = ModuleType("pyinfra.facts.rpm"), ModuleType("pyinfra.operations.files")
    rpm.RpmPackage = RpmPackage
    for name in ("file", "download", "put"):
        setattr(files, name, operation(name))
    monkeypatch.setitem(sys.modules, rpm.__name__, rpm)
    monkeypatch.setitem(sys.modules, files.__name__, files)


@pytest.mark.usefixtures("_plugins")
@pytest.mark.parametrize(
    ("facts", "present", "commands"),
    [
        ({"-a b.rpm": {"name": "a", "version": "1"}, "a": {"version": "1"}}, True, []),
        ({"-a b.rpm": {"name": "a", "version": "1"}, "a": {"version": "0"}}, True, ["rpm -i './-a b.rpm'"]),
        ({"-a b.rpm": {"name": "a", "version": "1"}, "a": {"version": "1"}}, False, ["yum remove -y a"]),
        ({"-a b.rpm": {"name": "a", "version": "1"}, "a": None}, False, []),
        (
            {"-a b.rpm": None},
            True,
            ["rpm -q `rpm -qp './-a b.rpm'` 2> /dev/null || rpm -i './-a b.rpm'"],
        ),
    ],
)
def test_ensure_rpm(facts, present, commands):
    host = Host(facts)
    assert [
        command.get_raw_value() for command in ensure_rpm(None, host, "-a b.rpm", present, "yum")
    ] == commands
    assert bool(host.noops) is not bool(commands)


@pytest.mark.usefixtures("_plugins")
def test_ensure_rpm_at_a_url():
    host = Host({"/var/cache/a46a.rpm": None})
    host.get_temp_filename = lambda *_args, **_options: "/var/cache/a46a"
    first, *_ = ensure_rpm(None, host, "https://h/a.rpm", True, "yum")
    assert first.get_raw_value() == "download https://h/a.rpm /var/cache/a46a.rpm"


def repository(name="r", baseurl="http://b", present=True, description=None, gpgkey=None, **options):
    commands = ensure_yum_repo(Host(), name, baseurl, present, description, True, False, gpgkey, **options)
    return [command.get_raw_value() for command in commands]


@pytest.mark.usefixtures("_plugins")
def test_ensure_yum_repo():
    (command,) = repository(gpgkey="https://k /k", type_="rpm-md")
    content = "[r]\nname=r\nbaseurl=http://b\nenabled=1\ngpgcheck=0\ntype=rpm-md\ngpgkey=https://k /k\n"
    assert command == f"put {content} /etc/yum.repos.d/r.repo 644"
    assert repository("https://h/x/r.repo") == ["download https://h/x/r.repo /etc/yum.repos.d/r.repo"]
    assert repository(present=False) == ["file /etc/yum.repos.d/r.repo False"]


@pytest.mark.usefixtures("_plugins")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "../r"}, "must have an ID"),
        ({"baseurl": None}, "baseurl must say where"),
        ({"gpgkey": "https://k k"}, "gpgkey must be a valid URL or an absolute path, got: k"),
        ({"description": "a\nb=c"}, "must be one line"),
    ],
)
def test_bad_repositories(arguments, message):
    with pytest.raises(OperationValueError, match=message):
        repository(**arguments)
