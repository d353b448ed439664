"""What is not documented, and links that lead nowhere, fail the build by name, file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyinfra_docs import DocsError, build

OPERATIONS = "src/acme_infra/operations/nginx.py"
FACTS = "src/acme_infra/facts/nginx.py"
CONNECTOR = "src/acme_infra/connectors/rack.py"


def error_of(project: Path, output: Path | None = None) -> str:
    with pytest.raises(DocsError) as caught:
        build(project, output or project / "site")
    return str(caught.value)


def line_of(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line)


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "told"),
    [
        (
            OPERATIONS,
            "        folder: where sites are.\n",
            "",
            "@operation()",
            "site: the argument folder is not",
        ),
        (
            OPERATIONS,
            "nginx.reload(_sudo=True)",
            "",
            "@operation(is_",
            "reload: its example does not call reload",
        ),
        (
            OPERATIONS,
            "nginx.reload(_sudo",
            "nginx.(_sudo",
            "@operation(is_",
            "reload: its example is no Python",
        ),
        (OPERATIONS, "**Example:**", "So:", "@operation()", "site: it has no example"),
        (FACTS, '"""The names of the sites."""', "", "class SiteNames", "SiteNames: it has no docstring"),
        (FACTS, "host.get_fact(Sites,", "host.(Sites,", "class Sites", "Sites: its example is no Python"),
        (FACTS, "        folder: where they are.\n", "", "class Sites", "Sites: the argument folder is not"),
        (FACTS, "whether it is served.", "", "class Sites", "Sites: enabled of SiteInfo is not described"),
        (CONNECTOR, "Who to be there.", "", "class Rack", "rack: the argument rack_user is not described"),
    ],
)
def test_what_is_not_documented_fails(
    project: Path, change, file: str, old: str, new: str, at: str, told: str
):
    change(file, old, new)
    name = told if file == CONNECTOR else f"nginx.{told}"
    assert f"{project / file}:{line_of(project / file, at)}: {name}" in error_of(project)
    assert not (project / "site").exists()


def test_an_operation_without_a_docstring_fails(project: Path):
    file = project / OPERATIONS
    file.write_text(file.read_text() + "\n\n@operation()\ndef stop():\n    yield 'nginx -s stop'\n")
    assert f"{file}:{line_of(file, 'def stop') - 1}: nginx.stop: it has no docstring" in error_of(project)


def test_all_that_is_not_documented_is_told_at_once(project: Path, change):
    change(OPERATIONS, "        folder: where sites are.\n", "")
    change(FACTS, "        folder: where they are.\n", "")
    assert len([line for line in error_of(project).splitlines() if "is not described" in line]) == 3


@pytest.mark.parametrize(
    ("file", "old", "new", "link"),
    [
        ("docs/guide.md", "nginx/site.md#example", "nginx/sites.md", "operations/nginx/sites.md"),
        ("docs/guide.md", "site.md#example", "site.md#examples", "operations/nginx/site.md#examples"),
        ("docs/guide.md", "operations/nginx/site.md#example", "/nginx", "/nginx"),
        ("README.md", "docs/guide.md", "#nowhere", "#nowhere"),
        (OPERATIONS, "It is a file.", "See [the other](enable.md).", "enable.md"),
    ],
)
def test_a_link_that_leads_nowhere_fails(project: Path, change, file: str, old: str, new: str, link: str):
    change(file, old, new)
    line = line_of(project / file, f"({link})")
    assert f"{project / file}:{line}: the link {link} leads nowhere" in error_of(project)
    assert not (project / "site").exists()


@pytest.mark.parametrize("file", [OPERATIONS, FACTS, CONNECTOR])
def test_source_that_is_no_python_fails(project: Path, file: str):
    with (project / file).open("a") as opened:
        opened.write("\ndef broken(:\n")
    lines = len((project / file).read_text().splitlines())
    assert f"{project / file}:{lines}: this is no Python: " in error_of(project)


def test_source_that_is_no_text_fails(project: Path):
    with (project / OPERATIONS).open("ab") as opened:
        opened.write(b"# \xff\n")
    lines = len((project / OPERATIONS).read_bytes().splitlines())
    assert f"{project / OPERATIONS}:{lines}: this is not UTF-8" in error_of(project)


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("guide.md\nother.md\n", "2: other.md is no page"),
        ("guide.md\nguide.md\n", "1: guide.md is there twice"),
    ],
)
def test_an_order_that_can_not_be_fails(project: Path, order: str, told: str):
    (project / "docs" / "order.txt").write_text(order)
    assert f"{project / 'docs' / 'order.txt'}:{told}" in error_of(project)


def test_a_page_without_a_place_in_the_order_comes_last(project: Path):
    for name in ("a", "b"):
        (project / "docs" / f"{name}.md").write_text(f"# Page {name}\n")
    (project / "docs" / "order.txt").write_text("b.md\nguide.md\n")
    build(project, project / "site")
    menu = (project / "site" / "guide.html").read_text().partition("md-nav--primary")[2]
    assert menu.index("Page b") < menu.index('href="a.html"')


def test_what_is_no_site_is_not_replaced(project: Path, tmp_path: Path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    assert f"{mine} is not empty" in error_of(project, mine)
    assert (mine / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize("output", [".", ".."])
def test_the_project_is_not_replaced(project: Path, output: str):
    assert "holds the project itself" in error_of(project, project / output)
    assert (project / "pyproject.toml").is_file()


def test_a_site_that_can_not_be_written_is_an_error(project: Path):
    assert "is a file" in error_of(project, project / "README.md")
    assert "can't be written" in error_of(project, project / "README.md" / "site")


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path):
    assert "is no folder" in error_of(tmp_path / "nowhere", tmp_path / "site")
