"""What `pyinfra plugins new` writes installs, passes its tests, type-checks, lints, is listed, documented and works."""

from __future__ import annotations

import json

import pytest

KINDS = {
    "operation": "pyinfra-ops-ice-rack",
    "fact": "pyinfra-facts-shelf",
    "connector": "pyinfra-connector-ice-rack",
    "hooks": "pyinfra-hooks-ice-rack",
}
PAGES = {
    "operation": {"operations/ice_rack/setting.html", "facts/ice_rack/Setting.html"},
    "fact": {"facts/shelf/Version.html"},
    "connector": {"connectors/ice_rack.html"},
    "hooks": {"hooks/ice_rack/pyinfra_operation_host_end.html", "hooks/ice_rack/pyinfra_report_formats.html"},
}
LISTED = {
    "operation": [("operation", "ice_rack"), ("fact", "ice_rack")],
    "fact": [("fact", "shelf")],
    "connector": [("connector", "ice_rack")],
    "hooks": [("hook", "ice_rack")],
}


@pytest.fixture(scope="module")
def packages(environment, tmp_path_factory):
    """A folder with a package of each kind, all of them installed from wheels in one environment."""
    folder = tmp_path_factory.mktemp("packages")
    environment.install("pyinfra-cli", "pyinfra-docs", cwd=folder)
    for package in KINDS.values():
        environment.passes("pyinfra", "plugins", "new", package, cwd=folder)
    environment.install(*(f"./{package}[test,dev]" for package in KINDS.values()), cwd=folder)
    return folder


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def package(packages, kind):
    return packages / KINDS[kind]


def test_its_tests_pass(environment, package):
    told = environment.passes("python", "-m", "pytest", "-p", "no:cacheprovider", cwd=package)
    assert " passed" in told


def test_its_types_are_right(environment, packages, package):
    environment.passes("mypy", "--cache-dir", packages / "cache", cwd=package)


def test_it_is_linted(environment, package):
    environment.passes("ruff", "check", "--no-cache", cwd=package)
    environment.passes("ruff", "format", "--check", "--no-cache", cwd=package)


def test_it_is_listed(environment, packages, kind):
    rows = json.loads(environment.passes("pyinfra", "plugins", "list", "--json"))
    assert [(row["type"], row["name"], row["state"]) for row in rows if row["package"] == KINDS[kind]] == [
        (*row, "ok") for row in LISTED[kind]
    ]


def test_it_is_sound(environment, packages, kind):
    told = environment.passes("pyinfra", "plugins", "check", KINDS[kind])
    assert told.splitlines()[-1] == f"{len(LISTED[kind])} plugins, 0 problems"


def test_its_documentation_is_built(environment, package, kind, tmp_path):
    environment.passes("pyinfra-docs", ".", "--output", tmp_path / "site", cwd=package)
    made = {file.relative_to(tmp_path / "site").as_posix() for file in (tmp_path / "site").rglob("*.html")}
    _, name = LISTED[kind][0]
    assert made >= {"index.html", "tags.html", f"plugins/{name}.html", *PAGES[kind]}


def test_the_operation_works(environment, packages, tmp_path):
    call = ["ice_rack.setting", "key=colour", "value=blue", f"folder={tmp_path}/settings"]
    assert "Changes: 1" in environment.passes("pyinfra", "--yes", "@local", *call)
    assert (tmp_path / "settings/colour").read_text() == "blue\n"
    assert "Changes: 0" in environment.passes("pyinfra", "--yes", "@local", *call)


def test_the_fact_works(environment, packages):
    assert "null" in environment.passes("pyinfra", "@local", "fact", "shelf.Version")


def test_the_connector_works(environment, packages, tmp_path):
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\nshift 2\nexec "$@"\n')
    program.chmod(0o755)
    data = ["--data", f"ice_rack_program={program}"]
    environment.passes("pyinfra", "--yes", *data, "@ice_rack/a", "exec", "--", "touch", tmp_path / "touched")
    assert (tmp_path / "touched").exists()
    assert "@ice_rack/a" in environment.run("pyinfra", "@ice_rack/a", "exec", "--", "true").stderr


def test_the_hooks_work(environment, packages, tmp_path):
    report = ["--report", f"ice_rack={tmp_path}/report"]
    environment.passes("pyinfra", "--yes", *report, "@local", "exec", "--", "true")
    assert (tmp_path / "report").read_text().startswith("@local: changed: ")
