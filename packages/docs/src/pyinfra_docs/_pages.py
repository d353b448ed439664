"""The pages of plugins and their members, as Markdown."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jinja2

if TYPE_CHECKING:
    from ._metadata import Plugin
    from ._model import Member

GLOBAL_ARGUMENTS = "reference/global-arguments.md"
KINDS = {"operation": "operations", "fact": "facts", "connector": "connectors", "deploy": "deploys"}

_environment = jinja2.Environment(
    loader=jinja2.PackageLoader("pyinfra_docs"),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701 - the pages are Markdown
)


@dataclass
class Documented:
    """A plugin and what it offers."""

    plugin: Plugin
    members: list[Member] = field(default_factory=list)


def render_template(template: str, /, **values: Any) -> str:
    """Render one of the templates of this package."""
    return _environment.get_template(template).render(**values)


def path_of(member: Member) -> str:
    """Give the page of a member, from the top of the site."""
    if member.kind == "connector":
        return f"connectors/{member.name}.md"
    module, _, name = member.name.rpartition(".")
    return f"{KINDS[member.kind]}/{module}/{name}.md"


def pages_of(documented: Sequence[Documented], reference: Container[str] = ()) -> dict[str, str]:
    """Write the pages of plugins, of each member, and the indexes.

    Args:
        documented: the plugins.
        reference: the paths of the pages about pyinfra itself.

    Returns:
        Each page's text by its path.
    """
    facts = {
        member.short_name: member for one in documented for member in one.members if member.kind == "fact"
    }
    pages: dict[str, str] = {}
    by_name: dict[str, list[Documented]] = {}
    for one in documented:
        by_name.setdefault(one.plugin.name, []).append(one)
        for member in one.members:
            path = path_of(member)
            pages[path] = render_template(
                "member.md.j2",
                member=member,
                plugin=one.plugin,
                call=_call(member),
                up="../" * path.count("/"),
                facts=[(name, _link(facts.get(name))) for name in member.facts],
                cell=_cell,
                global_arguments=GLOBAL_ARGUMENTS if GLOBAL_ARGUMENTS in reference else "",
            )
    for name, parts in by_name.items():
        pages[f"plugins/{name}.md"] = render_template(
            "plugin.md.j2", name=name, parts=parts, path_of=path_of, tags=_tags(parts), cell=_cell
        )
    pages["plugins/index.md"] = render_template("index.md.j2", kinds=KINDS, documented=documented, cell=_cell)
    pages["tags.md"] = render_template("tags.md.j2")
    return pages


def _tags(parts: Sequence[Documented]) -> list[str]:
    return sorted({tag for one in parts for tag in one.plugin.tags})


def _link(member: Member | None) -> str:
    return f"../../{path_of(member)}" if member is not None else ""


def _cell(text: str) -> str:
    """Write a text so that it fits in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _call(member: Member) -> str:
    """Write how a member is called."""
    if member.kind == "connector":
        return f"@{member.name}/NAME"
    written = []
    starred = False
    for argument in member.arguments:
        if argument.keyword_only and not starred:
            written.append("*")
            starred = True
        kind = f": {argument.type}" if argument.type else ""
        default = f" = {argument.default}" if argument.default is not None else ""
        written.append(f"{argument.name}{kind}{default}")
    one_line = f"{member.name}({', '.join(written)})"
    if member.kind == "fact":
        arguments = "".join(f", {part}" for part in written)
        one_line = f"host.get_fact({member.short_name}{arguments})"
    if len(one_line) <= 100 or not written:  # noqa: PLR2004 - what fits on a page
        return one_line
    head = one_line.partition("(")[0]
    first = [member.short_name] if member.kind == "fact" else []
    return f"{head}(\n" + "".join(f"    {part},\n" for part in [*first, *written]) + ")"
