"""The pages that people wrote."""

from __future__ import annotations

import html
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ._errors import DocsError
from ._files import read_text

if TYPE_CHECKING:
    from pathlib import Path

# The order of written pages where there is one to be told: a file per line.
ORDER = "order.txt"
_SHORT = 160
_HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass
class Page:
    """A page of the site.

    Attributes:
        text: its Markdown.
        origin: the file that it is from, None where it is from many.
        line: the line in that.
    """

    text: str
    origin: Path | None = None
    line: int = 1


def written_pages(source: Path) -> dict[str, Page]:
    """Give the pages that people wrote: those of `docs/`, and the README as the first where there is no other.

    Args:
        source: the project's folder.

    Returns:
        Each page by its path, in the order of the menu.

    Raises:
        DocsError: a page can't be read, or `order.txt` and the folder don't agree.
    """
    folder = source / "docs"
    pages = {file.name: Page(read_text(file), file) for file in sorted(folder.glob("*.md"))}
    pages = _ordered(pages, folder / ORDER)
    if "index.md" in pages:
        return {"index.md": pages.pop("index.md"), **pages}
    readme = source / "README.md"
    if readme.is_file():
        return {"index.md": Page(_within(read_text(readme), pages), readme), **pages}
    return {"index.md": Page(f"# {source.name}\n"), **pages}


def _ordered(pages: Mapping[str, Page], order: Path) -> dict[str, Page]:
    if not order.is_file():
        return dict(pages)
    names = read_text(order).split()
    for number, name in enumerate(names, 1):
        if name not in pages or names.index(name) != number - 1:
            problem = "is there twice" if name in pages else "is no page in this folder"
            raise DocsError(f"{order}:{_line_with(read_text(order), name)}: {name} {problem}")
    return {**{name: pages[name] for name in names}, **pages}


def _line_with(text: str, word: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if word in line.split()), 1)


def _within(readme: str, pages: Container[str]) -> str:
    """Take away the links of a README to files that are no pages, which lead somewhere in the repository alone."""

    def kept(match: re.Match[str]) -> str:
        target = match["target"].removeprefix("./")
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        page = target.removeprefix("docs/").partition("#")[0]
        return f"[{match['text']}]({target.removeprefix('docs/')})" if page in pages else match["text"]

    return re.sub(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)", kept, readme)


def description_of(text: str) -> str:
    """Give a page's first sentence of prose, for search engines.

    Args:
        text: the page's Markdown.

    Returns:
        The first paragraph that is no heading, list, table or code, cut short, as an attribute of HTML; empty
        for none.
    """
    for paragraph in _HTML_COMMENT.sub("", text).split("\n\n"):
        if paragraph.strip() and not re.match(r"\s*(#|[-*|>`!<]| {4}|\d+\.|---)", paragraph):
            plain = re.sub(r"\[([^\]]+)\]\([^)]*\)|[`*]", r"\1", " ".join(paragraph.split()))
            short = plain if len(plain) <= _SHORT else plain[: _SHORT - 1].rpartition(" ")[0] + "…"
            return html.escape(short)
    return ""
