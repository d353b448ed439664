"""Rendering pages as a site, with MkDocs and its theme Material."""

from __future__ import annotations

import io
import logging
import re
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._errors import DocsError

if TYPE_CHECKING:
    from pathlib import Path

# The order of written pages where there is one to be told: a file per line.
ORDER = "order.txt"
SECTIONS = {
    "plugins": "Plugins",
    "operations": "Operations",
    "facts": "Facts",
    "connectors": "Connectors",
    "deploys": "Deploys",
    "reference": "Reference",
}


def written_pages(source: Path) -> dict[str, str]:
    """Give the pages that people wrote: those of `docs/`, and the README as the first where there is no other.

    Args:
        source: the project's folder.

    Returns:
        Each page's text by its path.
    """
    folder = source / "docs"
    pages = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.md"))}
    order = folder / ORDER
    if order.is_file():
        names = order.read_text(encoding="utf-8").split()
        missing = [name for name in names if name not in pages]
        if missing:
            raise DocsError(f"{order} names {', '.join(missing)}, which is not there")
        pages = {name: pages[name] for name in names}
    if "index.md" not in pages:
        readme = source / "README.md"
        text = readme.read_text(encoding="utf-8") if readme.is_file() else f"# {source.name}\n"
        pages = {"index.md": _within(text, pages), **pages}
    return pages


def _within(readme: str, pages: Mapping[str, str]) -> str:
    """Take away the links of a README to files that are no pages, which lead somewhere in the repository alone."""

    def kept(match: re.Match[str]) -> str:
        target = match["target"].removeprefix("./")
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        page = target.removeprefix("docs/").partition("#")[0]
        return f"[{match['text']}]({target.removeprefix('docs/')})" if page in pages else match["text"]

    return re.sub(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)", kept, readme)


def render(source: Path, pages: Mapping[str, str], work: Path, output: Path) -> None:
    """Render a site; a link that leads nowhere is an error.

    Args:
        source: the project's folder, for the site's name.
        pages: each page's text by its path.
        work: an empty folder to work in.
        output: where the site goes.

    Raises:
        DocsError: MkDocs refused, with what it said.
    """
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    for path, text in pages.items():
        file = work / "docs" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
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
        raise DocsError(f"the site can't be built: {error}\n{said.getvalue()}") from error
    finally:
        logger.removeHandler(handler)
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(work / "site", output)


def _settings(source: Path, pages: Mapping[str, str], work: Path) -> dict[str, Any]:
    return {
        "site_name": source.name if not (source / "pyinfra-metadata.toml").is_file() else "pyinfra",
        "docs_dir": str(work / "docs"),
        "site_dir": str(work / "site"),
        "use_directory_urls": False,
        "strict": True,
        "nav": _nav(pages),
        "theme": {
            "name": "material",
            "font": False,
            "features": [
                "navigation.tabs",
                "navigation.indexes",
                "navigation.prune",
                "search.suggest",
                "search.highlight",
                "toc.integrate",
            ],
            "palette": [
                {"media": "(prefers-color-scheme: light)", "scheme": "default"},
                {"media": "(prefers-color-scheme: dark)", "scheme": "slate"},
            ],
        },
        "plugins": ["search", "tags"],
        "markdown_extensions": ["tables", "admonition", "attr_list", "fenced_code", "codehilite"],
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


def _nav(pages: Mapping[str, str]) -> list[Any]:
    """Lay out the pages: written ones first, then a section each kind, with a section each plugin in it."""
    written = [path for path in pages if "/" not in path and path != "tags.md"]
    nav: list[Any] = [{"Guide": sorted(written, key=lambda path: path != "index.md")}]
    for folder, title in SECTIONS.items():
        inside = [path for path in pages if path.startswith(f"{folder}/")]
        groups: dict[str, list[str]] = {}
        for path in inside:
            groups.setdefault(path.split("/")[1] if path.count("/") > 1 else "", []).append(path)
        entries: list[Any] = sorted(
            groups.pop("", []), key=lambda path: (not path.endswith("index.md"), path)
        )
        entries += [{name: sorted(members)} for name, members in sorted(groups.items())]
        if entries:
            nav.append({title: entries})
    nav.append({"Tags": "tags.md"})
    return nav
