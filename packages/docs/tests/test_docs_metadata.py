"""What is wrong with metadata is told in one error, with file and line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pyinfra_docs import DocsError, build

GOOD = """\
[pyinfra.plugins."nginx-ops"]
name = "nginx"
type = "operation"
path = "src/acme_infra/operations/nginx.py"
tags = ["web-server"]

[pyinfra.plugins."nginx-facts"]
name = "nginx"
type = "fact"
path = "src/acme_infra/facts/nginx.py"
tags = ["web-server"]
"""


def error_of(project: Path) -> str:
    with pytest.raises(DocsError) as caught:
        build(project, project / "site")
    assert not (project / "site").exists()
    return str(caught.value)


def test_metadata_names_plugins(project: Path):
    (project / "pyinfra-metadata.toml").write_text(GOOD)
    build(project, project / "site")
    assert (project / "site" / "facts" / "nginx" / "Sites.html").is_file()
    assert not (project / "site" / "connectors").exists()


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('name = "nginx"', 'name = "nginx', 2, "no TOML"),
        (
            'type = "fact"',
            'type = "facts"',
            9,
            "nginx-facts: type must be one of operation, fact, connector, deploy",
        ),
        ('type = "fact"', "type = 3", 9, "nginx-facts: type must be one of"),
        (
            "facts/nginx.py",
            "facts/apache.py",
            10,
            "nginx-facts: path: there is no src/acme_infra/facts/apache.py",
        ),
        ('path = "src/acme_infra/facts/nginx.py"', "path = []", 10, "nginx-facts: path"),
        (
            'type = "fact"',
            'type = "operation"',
            7,
            "nginx-facts and nginx-ops are both the operation plugin nginx",
        ),
        ('["web-server"]', '["Web Server"]', 5, "nginx-ops: the tag 'Web Server' is no slug"),
        ('["web-server"]', '"web server"', 5, "nginx-ops: the tag 'web server' is no slug"),
        ('["web-server"]', '["web--server"]', 5, "no slug"),
        ('type = "fact"\n', "", 7, "nginx-facts: type is missing"),
        ('type = "fact"', 'type = "fact"\nstate = 1', 10, "nginx-facts: state is no key of a plugin"),
        (
            'name = "nginx"',
            'name = "Nginx Ops"',
            2,
            "nginx-ops: name must be a module's name, not 'Nginx Ops'",
        ),
        ('[pyinfra.plugins."nginx-facts"]', '[pyinfra.plugins."nginx-ops"]', 7, "no TOML"),
        (GOOD, "[pyinfra]\nplugins = 3\n", 2, "pyinfra.plugins must be a table"),
        (GOOD, "[pyinfra.plugins]\nnginx = 3\n", 2, "nginx must be a table"),
    ],
)
def test_wrong_metadata_is_one_error(project: Path, old: str, new: str, line: int, told: str):
    file = project / "pyinfra-metadata.toml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new, 1))
    error = error_of(project)
    assert error.startswith(f"{file}:{line}: ")
    assert told in error
    assert "\n" not in error


def test_metadata_that_is_no_text_is_an_error(project: Path):
    file = project / "pyinfra-metadata.toml"
    file.write_bytes(GOOD.encode() + b"# \xff\n")
    assert error_of(project).startswith(f"{file}:12: this is not UTF-8")


def test_a_path_outside_of_any_package_is_an_error(project: Path, tmp_path: Path):
    (tmp_path / "loose.py").touch()
    (project / "pyinfra-metadata.toml").write_text(
        GOOD.replace("src/acme_infra/facts/nginx.py", "../loose.py")
    )
    assert "loose.py belongs to no distribution" in error_of(project)


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('name = "acme-infra"', "name = acme-infra", 6, "no TOML"),
        (
            '"acme_infra.facts.nginx"',
            '"acme_infra.facts.apache"',
            17,
            "there is no module acme_infra.facts.apache",
        ),
        ('nginx = "acme_infra.facts.nginx"', "nginx = 3", 17, "must be text"),
        ("rack:RackConnector", "rack:Rack", None, "there is no Rack, which the entry point names"),
        ('[project.entry-points."pyinfra.facts"]\nnginx = ', "[project]\nfacts = ", None, "no TOML"),
    ],
)
def test_a_wrong_entry_point_is_one_error(
    project: Path, change, old: str, new: str, line: int | None, told: str
):
    change("pyproject.toml", old, new)
    error = error_of(project)
    assert told in error
    if line is not None:
        assert error.startswith(f"{project / 'pyproject.toml'}:{line}: ")


def test_a_project_without_plugins_is_an_error(tmp_path: Path):
    assert "has no plugins" in error_of(tmp_path)


def test_the_command_tells_an_error_without_a_traceback(project: Path):
    (project / "pyinfra-metadata.toml").write_text("[")
    done = subprocess.run(
        [sys.executable, "-m", "pyinfra_docs", str(project)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert re.fullmatch(r"pyinfra-docs: .*pyinfra-metadata\.toml:1: this is no TOML: .*\n", done.stderr)
