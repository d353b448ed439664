"""Operations on a few files, drawn at random: what each asks for, and whether that is at odds with others."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from hypothesis import strategies as st
from pyinfra.operations import files, server

FILES = ("plain", "it's $(two) words", "folder/-rf", "folder/日本 é")
FOLDERS = ("folder", "folder/deeper*")
PEOPLE = ("depth-a", "depth-b")
LINES = ("one", "PORT=22", 'it\'s "$HOME" `id`', "é\\n", "-x")

Claim = tuple[str, str, Any]


@dataclass
class Step:
    """One operation of a deploy.

    Attributes:
        operation: its name.
        target: the path below the folder of the deploy, or the user or group, that it is for.
        arguments: its other arguments.
    """

    operation: str
    target: str
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def present(self) -> bool:
        return self.arguments.get("present", True)

    def apply(self, folder: str, number: int) -> None:
        module, _, name = self.operation.partition(".")
        arguments = dict(self.arguments, name=f"{number}")
        operation = getattr({"files": files, "server": server}[module], name)
        if module == "server":
            operation(self.target, **arguments)
            return
        path = posixpath.join(folder, self.target)
        if name == "put":
            operation(StringIO(arguments.pop("text")), path, **arguments)
        else:
            operation(path, **arguments)

    def claims(self) -> dict[tuple[str, str], Any]:
        """Give what it asks for: by thing and aspect, the value."""
        found: dict[tuple[str, str], Any] = {(self.target, "kind"): self._kind()}
        parent = posixpath.dirname(self.target)
        # A folder that goes takes all that is in it; a thing that is there needs its folder.
        if parent and self.present:
            found[parent, "kind"] = "folder"
        found.update(
            {
                (self.target, name): value
                for name, value in self.arguments.items()
                if name not in ("present", "line") and value is not None and self.present
            }
        )
        return found

    def _kind(self) -> str:
        if self.operation in ("files.line", "files.block"):
            return "file"
        kinds = {
            "files.directory": "folder",
            "files.link": "link",
            "server.user": "user",
            "server.group": "group",
        }
        return kinds.get(self.operation, "file") if self.present else "nothing"

    def contradicts(self, other: Step) -> bool:
        """Tell whether not both can be had."""
        mine, its = self.claims(), other.claims()
        if any(its.get(key, value) != value for key, value in mine.items()):
            return True
        if self.target == other.target and self != other:
            return self._edits() and other._edits() and not self._goes_along(other)
        return any(one.removes(another) for one, another in ((self, other), (other, self)))

    def removes(self, other: Step) -> bool:
        """Tell whether the other's thing is in a folder that this one removes."""
        return not self.present and self._kind() == "nothing" and other.target.startswith(f"{self.target}/")

    def _edits(self) -> bool:
        return self.operation in ("files.put", "files.line", "files.block")

    def _goes_along(self, other: Step) -> bool:
        if {self.operation, other.operation} == {"files.line"}:
            return self.arguments["line"] != other.arguments["line"] or self.present == other.present
        return self.operation == other.operation == "files.put"


def steps_of(operation: str, targets: tuple[str, ...], **arguments: Any) -> Any:
    return st.builds(Step, st.just(operation), st.sampled_from(targets), st.fixed_dictionaries(arguments))


modes = st.sampled_from(["644", "600", 755, None])
owners = st.sampled_from(["deploy", "nobody", None])
present = st.sampled_from([True, True, False])

steps = st.one_of(
    steps_of("files.file", FILES, mode=modes, user=owners, present=present),
    steps_of("files.directory", FOLDERS, mode=modes, group=st.sampled_from(["adm", None]), present=present),
    steps_of("files.link", FILES, target=st.sampled_from(["/srv", "over there"]), present=present),
    steps_of("files.put", FILES, text=st.sampled_from(["one\ntwo\n", "é\n"]), mode=modes),
    steps_of(
        "files.line",
        FILES,
        line=st.sampled_from(LINES),
        present=present,
        escape_regex_characters=st.just(True),
    ),
    steps_of("files.block", FILES, content=st.lists(st.sampled_from(LINES), min_size=1, max_size=2)),
    steps_of("server.group", PEOPLE, present=present),
)


def has_partner(step: Step, deploy: list[Step]) -> bool:
    """Tell whether a step is at odds with another of the deploy."""
    return any(step.contradicts(other) for other in deploy if other is not step)


def without_contradictions(deploy: list[Step]) -> list[Step]:
    """Give the deploy without the steps that are at odds with an earlier one."""
    kept: list[Step] = []
    for step in deploy:
        if not any(step.contradicts(other) for other in kept):
            kept.append(step)
    return kept


deploys = st.lists(steps, min_size=2, max_size=8)
sound_deploys = st.lists(steps, min_size=4, max_size=14).map(without_contradictions)
