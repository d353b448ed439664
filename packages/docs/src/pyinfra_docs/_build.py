"""From a project's folder to a web site."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from ._asked import FactsAsked
from ._checks import check
from ._core import core_pages
from ._metadata import read_plugins
from ._pages import Documented, pages_of, path_of
from ._reading import about, read_members
from ._site import check_output, render
from ._written import Page, written_pages


def build(source: Path, output: Path) -> int:
    """Build the documentation of a project.

    Args:
        source: the project's folder, with `pyinfra-metadata.toml` or `pyproject.toml`.
        output: the folder of the site. It is made, or holds nothing, or a site that was built before and is
            replaced.

    Returns:
        The number of pages.

    Raises:
        DocsError: metadata, source or pages are wrong; nothing is written then.
    """
    source, output = source.resolve(), output.resolve()
    check_output(source, output)
    documented = [Documented(plugin, read_members(plugin), about(plugin)) for plugin in read_plugins(source)]
    check(documented)
    _find_facts(documented)
    reference = core_pages(source)
    made = {path: Page(text) for path, text in {**pages_of(documented, reference), **reference}.items()}
    for one in documented:
        for member in one.members:
            made[path_of(member)].origin = one.plugin.project.folder / member.file
            made[path_of(member)].line = member.line
    pages = {**made, **written_pages(source)}
    with tempfile.TemporaryDirectory(prefix="pyinfra-docs-") as folder:
        render(source, pages, Path(folder), output)
    return len(pages)


def _find_facts(documented: Sequence[Documented]) -> None:
    """Say which facts each operation asks, and what each fact is a view of."""
    facts = {
        member.origin: member.name for one in documented for member in one.members if member.kind == "fact"
    }
    by_path = {".".join(origin): name for origin, name in facts.items()}
    asked = FactsAsked((one.plugin.source for one in documented), facts)
    for one in documented:
        for member in one.members:
            if member.kind == "fact":
                member.facts = [by_path.get(path, _public(path)) for path in member.facts]
                member.asked = asked.of_fact(*member.origin)
            elif member.kind in ("operation", "deploy"):
                member.facts = asked.of(*member.origin)


def _public(path: str) -> str:
    """Give the public name of a fact that is not here: `server.Os` of `pyinfra.facts.server._system.Os`."""
    parts = [part for part in path.split(".") if not part.startswith("_")]
    return ".".join(parts[-2:])
