"""From a project's folder to a web site."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ._checks import check
from ._core import core_pages
from ._metadata import read_plugins
from ._pages import Documented, pages_of
from ._reading import read_members
from ._site import render, written_pages


def build(source: Path, output: Path) -> int:
    """Build the documentation of a project.

    Args:
        source: the project's folder, with `pyinfra-metadata.toml` or `pyproject.toml`.
        output: the folder of the site; what is in it is replaced.

    Returns:
        The number of pages.

    Raises:
        DocsError: metadata, source or pages are wrong; nothing is written then.
    """
    source = source.resolve()
    documented = [Documented(plugin, read_members(plugin)) for plugin in read_plugins(source)]
    check(documented)
    reference = core_pages(source)
    pages = {**pages_of(documented, reference), **reference, **written_pages(source)}
    with tempfile.TemporaryDirectory(prefix="pyinfra-docs-") as folder:
        render(source, pages, Path(folder), output.resolve())
    return len(pages)
