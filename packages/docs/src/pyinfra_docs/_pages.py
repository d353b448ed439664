"""The pages of plugins and their members, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from ._markdown import command_of, count, one_line, render_template, signature_of, use_of
from ._written import description_of

if TYPE_CHECKING:
    from ._metadata import Plugin
    from ._model import Member

GLOBAL_ARGUMENTS = "reference/global-arguments.md"
KINDS = {
    "operation": "operations",
    "fact": "facts",
    "connector": "connectors",
    "deploy": "deploys",
    "hook": "hooks",
}
ABOUT = {
    "operation": "What hosts can be brought to: each operation describes a state.",
    "fact": "What hosts can be asked for.",
    "connector": "Ways to hosts.",
    "deploy": "Operations that belong together, by one name.",
    "hook": "What runs are watched by, and what is brought to them besides operations, facts and connectors.",
}


@dataclass
class Documented:
    """A plugin, what it offers, and what it says of itself in a line."""

    plugin: Plugin
    members: list[Member] = field(default_factory=list)
    about: str = ""


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
    pages = {
        **_members(documented, reference),
        **dict(_plugins(documented)),
        "plugins/index.md": render_template(
            "index.md.j2", kinds=KINDS, documented=documented, path_of=path_of
        ),
        "tags.md": render_template("tags.md.j2", tags=_by_tag(documented), count=count, purpose=_purpose),
    }
    for kind, folder in KINDS.items():
        chosen = [one for one in documented if one.plugin.type == kind]
        if chosen:
            pages[f"{folder}/index.md"] = render_template(
                "kind.md.j2",
                title=folder.capitalize(),
                about=ABOUT[kind],
                documented=chosen,
                summaries=_summaries,
            )
    return pages


def _members(documented: Sequence[Documented], reference: Container[str]) -> dict[str, str]:
    known = {
        member.name: member for one in documented for member in one.members if member.kind != "connector"
    }
    asking: dict[str, list[str]] = {}
    for member in known.values():
        if member.kind != "fact":
            for name in member.facts:
                asking.setdefault(name, []).append(member.name)
    return {
        path_of(member): render_template(
            "member.md.j2",
            member=member,
            plugin=one.plugin,
            path=path_of(member),
            module=_module(one.plugin),
            signature=signature_of(member),
            use=use_of(member),
            command=command_of(member),
            link=partial(_link, known),
            asked_by=sorted(asking.get(member.name, ())) if member.kind == "fact" else [],
            line=one_line,
            description=description_of,
            global_arguments=GLOBAL_ARGUMENTS if GLOBAL_ARGUMENTS in reference else "",
        )
        for one in documented
        for member in one.members
    }


def _plugins(documented: Sequence[Documented]) -> Iterator[tuple[str, str]]:
    by_name: dict[str, list[Documented]] = {}
    for one in documented:
        by_name.setdefault(one.plugin.name, []).append(one)
    for name, parts in by_name.items():
        yield (
            f"plugins/{name}.md",
            render_template(
                "plugin.md.j2",
                name=name,
                parts=parts,
                tags=sorted({tag for one in parts for tag in one.plugin.tags}),
                summaries=_summaries,
                description=description_of,
            ),
        )


def _by_tag(documented: Sequence[Documented]) -> dict[str, dict[str, list[Documented]]]:
    """Give the parts of each plugin, by its name, by tag."""
    counted = Counter(tag for one in documented for tag in one.plugin.tags)
    tagged: dict[str, dict[str, list[Documented]]] = {tag: {} for tag in sorted(counted)}
    for one in sorted(documented, key=lambda one: one.plugin.name):
        for tag in one.plugin.tags:
            tagged[tag].setdefault(one.plugin.name, []).append(one)
    return tagged


def _purpose(parts: Sequence[Documented]) -> str:
    """Say in a sentence what a plugin is for: as its module does, or else the first of what it offers."""
    told = [*(one.about for one in parts), *(member.summary for one in parts for member in one.members)]
    return one_line(next(filter(None, told), ""))


def _module(plugin: Plugin) -> str:
    """Give the module's name to import: as pyinfra's, which it is by its entry point, wherever it lives."""
    if plugin.type in ("operation", "fact") and not plugin.module.startswith("pyinfra."):
        return f"pyinfra.{KINDS[plugin.type]}.{plugin.name}"
    return plugin.module


def _link(known: dict[str, Member], name: str, up: str) -> str:
    member = known.get(name)
    return f"[{name}]({up}{path_of(member)})" if member is not None else f"`{name}`"


def _summaries(members: Iterable[Member], up: str) -> str:
    """Write a list of members, each with what it is for."""
    lines = [f"[{one.name}]({up}{path_of(one)})\n\n:   {one_line(one.summary)}\n" for one in members]
    if not lines:
        return "It has none.\n"
    return '<div class="summaries" markdown>\n\n' + "\n".join(lines) + "\n</div>\n"
