"""Packages that bring hooks, alone or beside operations: each hook they implement has a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyinfra_docs import DocsError, build

HOOKS = '''
"""What acme watches."""
from a_library_that_nobody_has import something
from pyinfra.plugins.spec import hookimpl
from ._more import pyinfra_run_end


@hookimpl
def pyinfra_run_start(state):
    """Ring a bell when a run starts.

    It is a loud one.
    """


def pyinfra_helper():
    """It is no hook."""


class Watcher:
    @hookimpl
    def pyinfra_stage(self, stage):
        """Count the stages."""
'''
MORE = """
from pyinfra.plugins.spec import hookimpl

@hookimpl
def pyinfra_run_end(state):
    'Ring it again.'
"""
PROJECT = """\
[project]
name = "acme-bell"
keywords = ["bell"]

[project.entry-points."pyinfra.plugins"]
bell = "acme_bell.hooks"
"""


@pytest.fixture
def bell(tmp_path: Path) -> Path:
    """A package that has hooks and nothing else."""
    folder = tmp_path / "bell"
    (folder / "acme_bell").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "README.md").write_text("# acme-bell\n\nRings a bell.\n")
    for name, code in (("__init__", ""), ("hooks", HOOKS), ("_more", MORE)):
        (folder / "acme_bell" / f"{name}.py").write_text(code)
    return folder


def test_each_has_a_page(bell: Path):
    build(bell, bell / "site")
    pages = {path.name for path in (bell / "site/hooks/bell").iterdir()}
    assert pages == {"pyinfra_run_start.html", "pyinfra_run_end.html"}
    page = (bell / "site/hooks/bell/pyinfra_run_start.html").read_text()
    assert "Ring a bell when a run starts." in page
    assert "It is a loud one." in page
    assert "Signature" not in page
    plugin = (bell / "site/plugins/bell.html").read_text()
    assert "What acme watches." in plugin
    assert "../hooks/bell/pyinfra_run_end.html" in plugin
    assert "2 hooks" in (bell / "site/tags.html").read_text()


def test_those_of_a_class(bell: Path):
    (bell / "pyproject.toml").write_text(PROJECT.replace('hooks"', 'hooks:Watcher"'))
    build(bell, bell / "site")
    assert (bell / "site/hooks/bell/pyinfra_stage.html").is_file()


def test_what_is_not_there(bell: Path):
    (bell / "pyproject.toml").write_text(PROJECT.replace('hooks"', 'hooks:Nobody"'))
    with pytest.raises(DocsError, match="there is no Nobody, which the entry point names"):
        build(bell, bell / "site")


def test_one_without_a_docstring_fails(bell: Path):
    file = bell / "acme_bell/hooks.py"
    file.write_text(HOOKS.replace('"""Count the stages."""', "pass"))
    (bell / "pyproject.toml").write_text(PROJECT.replace('hooks"', 'hooks:Watcher"'))
    with pytest.raises(DocsError, match=r"hooks\.py:\d+: bell\.pyinfra_stage: it has no docstring"):
        build(bell, bell / "site")


def test_they_stand_beside_operations(project: Path, change):
    (project / "src/acme_infra/hooks.py").write_text(HOOKS.replace("from ._more import pyinfra_run_end", ""))
    facts = '[project.entry-points."pyinfra.facts"]'
    hooks = '[project.entry-points."pyinfra.plugins"]\nnginx = "acme_infra.hooks"\n\n'
    change("pyproject.toml", facts, f"{hooks}{facts}")
    build(project, project / "site")
    page = (project / "site/plugins/nginx.html").read_text()
    assert page.index('id="operations"') < page.index('id="facts"') < page.index('id="hooks"')
