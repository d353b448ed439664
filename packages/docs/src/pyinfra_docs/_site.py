"""Rendering pages as a site, with MkDocs and its theme Material."""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from ._errors import DocsError
from ._files import read_text
from ._metadata import project_name
from ._written import Page, description_of

if TYPE_CHECKING:
    from pathlib import Path

SECTIONS = {
    "operations": "Operations",
    "facts": "Facts",
    "connectors": "Connectors",
    "deploys": "Deploys",
    "hooks": "Hooks",
    "plugins": "Plugins",
    "reference": "Reference",
}
STYLE = "assets/pyinfra-docs.css"
SCRIPT = "assets/pyinfra-docs.js"
# What a folder holds that is a site of ours, so that a wrong --output costs nobody their files.
MARK = ".pyinfra-docs"
_LINK = re.compile(r"Doc file '(?P<page>[^']+)' contains (?:an? )?[\w ]*link '(?P<link>[^']+)'")


def check_output(source: Path, output: Path) -> None:
    """Refuse to replace a folder that is no site.

    Args:
        source: the project's folder.
        output: where the site goes.

    Raises:
        DocsError: it holds something else.
    """
    if not source.is_dir():
        raise DocsError(f"{source} is no folder")
    if output.exists() and not output.is_dir():
        raise DocsError(f"{output} is a file: name a folder for the site")
    if output == source or output in source.parents:
        raise DocsError(f"{output} holds the project itself: name another folder for the site")
    if output.is_dir() and any(output.iterdir()) and not (output / MARK).exists():
        raise DocsError(
            f"{output} is not empty, and no site that was built here before: empty it, or name another"
        )


def render(source: Path, pages: Mapping[str, Page], work: Path, output: Path) -> None:
    """Render a site; a link that leads nowhere is an error.

    Args:
        source: the project's folder, for the site's name.
        pages: each page by its path.
        work: an empty folder to work in.
        output: where the site goes.

    Raises:
        DocsError: links lead nowhere, or MkDocs refused, with what it said; or the site can't be written.
    """
    try:
        for path, page in pages.items():
            file = work / "docs" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_with_description(page.text), encoding="utf-8")
        for name, target in (
            ("site.css", work / "docs" / STYLE),
            ("search.js", work / "docs" / SCRIPT),
            ("main.html", work / "theme" / "main.html"),
        ):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(resources.files("pyinfra_docs").joinpath(f"templates/{name}").read_bytes())
        _build(source, pages, work)
        # They hold nothing without an address, and the time of the build.
        for file in (work / "site").glob("sitemap.xml*"):
            file.unlink()
        (work / "site" / MARK).touch()
        if output.exists():
            shutil.rmtree(output)
        shutil.copytree(work / "site", output)
    except OSError as error:
        raise DocsError(f"the site can't be written: {error}") from error


def _build(source: Path, pages: Mapping[str, Page], work: Path) -> None:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setLevel(logging.WARNING)
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    try:
        config = load_config(config_file=io.BytesIO(b"site_name: x\n"), **_settings(source, pages, work))
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
    except (MkDocsException, SystemExit) as error:
        problems = "\n".join(_problem(line, pages) for line in said.getvalue().splitlines() if line.strip())
        raise DocsError(f"the site can't be built:\n{problems or error}") from error
    finally:
        logger.removeHandler(handler)


def _problem(line: str, pages: Mapping[str, Page]) -> str:
    """Say where a warning of MkDocs comes from: it knows pages, people know files."""
    found = _LINK.search(line)
    page = pages.get(found["page"]) if found else None
    if found is None or page is None or page.origin is None:
        return line
    lines = read_text(page.origin).splitlines()
    at = next((n for n, text in enumerate(lines, 1) if n >= page.line and found["link"] in text), page.line)
    return f"{page.origin}:{at}: the link {found['link']} leads nowhere"


def _with_description(text: str) -> str:
    """Give a page that says nothing of itself its first sentence as description."""
    if text.startswith("---\n"):
        return text
    description = description_of(text)
    return f"---\ndescription: {json.dumps(description)}\n---\n{text}" if description else text


def _settings(source: Path, pages: Mapping[str, Page], work: Path) -> dict[str, Any]:
    return {
        "site_name": project_name(source),
        "site_description": description_of(pages["index.md"].text),
        "docs_dir": str(work / "docs"),
        "site_dir": str(work / "site"),
        "use_directory_urls": False,
        "strict": True,
        "nav": list(_nav(pages)),
        "extra_css": [STYLE],
        "extra_javascript": [SCRIPT],
        "theme": _theme(work / "theme"),
        # Names are found by each of their words: `apt.packages` by `packages`, `user_authorized_keys` by `keys`.
        "plugins": [
            {"search": {"lang": ["en"], "separator": r"[\s\-_\.,:!=\[\]()\"`/]+|(?<=[a-z])(?=[A-Z])"}}
        ],
        "markdown_extensions": [
            "admonition",
            "attr_list",
            "def_list",
            "md_in_html",
            "tables",
            {"toc": {"permalink": True}},
            {"pymdownx.highlight": {"anchor_linenums": False}},
            "pymdownx.superfences",
        ],
        "validation": {
            "links": {
                "not_found": "warn",
                "anchors": "warn",
                "absolute_links": "warn",
                "unrecognized_links": "warn",
            },
            "nav": {"omitted_files": "warn", "not_found": "warn"},
        },
    }


def _theme(changes: Path) -> dict[str, Any]:
    return {
        "name": "material",
        "custom_dir": str(changes),
        "font": False,
        "features": [
            "content.code.copy",
            "navigation.footer",
            "navigation.indexes",
            "navigation.prune",
            "navigation.tabs",
            "navigation.top",
            "search.highlight",
            "search.suggest",
            "toc.follow",
        ],
        "palette": [
            {"media": "(prefers-color-scheme: light)", "scheme": "default"},
            {"media": "(prefers-color-scheme: dark)", "scheme": "slate"},
        ],
    }


def _nav(pages: Mapping[str, Page]) -> Iterator[Any]:
    """Lay out the pages: written ones first, then a section each kind, with a section each plugin in it."""
    yield {"Guide": [path for path in pages if "/" not in path and path != "tags.md"]}
    for folder, title in SECTIONS.items():
        groups: dict[str, list[str]] = {}
        for path in pages:
            if path.startswith(f"{folder}/"):
                groups.setdefault(path.split("/")[1] if path.count("/") > 1 else "", []).append(path)
        entries: list[Any] = sorted(
            groups.pop("", []), key=lambda path: (not path.endswith("/index.md"), path)
        )
        entries += [{name: sorted(members)} for name, members in sorted(groups.items())]
        if entries:
            yield {title: entries}
    yield {"Tags": "tags.md"}
