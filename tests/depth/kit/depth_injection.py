"""Commands that hold shell code where text was asked for."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from depth_shell import codes, without_conditions
from depth_surface import KINDS, Place, places
from depth_worlds import World, local_folder, worlds
from pyinfra.api import FileDownloadCommand, FileUploadCommand, RsyncCommand, StringCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.connectors.util import make_unix_command

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAYLOADS = (
    "a; pwned {0}; $(pwned {0}) `pwned {0}` & pwned {0} | pwned {0} #",
    "a'; pwned {0}; '\"; pwned {0}; \"$(pwned {0})`pwned {0}`",
    "a\npwned {0}\n",
    "a\\'; pwned {0}; \\\"; pwned {0}; \\",
    "-x; pwned {0}; --\npwned {0}",
    "&& pwned {0} || pwned {0} > x",
    "${{x:=$(pwned {0})}}",
    "--expression=1e pwned {0}",
    # For parameters that take words without spaces.
    "a;pwned${{IFS}}{0};$(pwned${{IFS}}{0})`pwned${{IFS}}{0}`|pwned${{IFS}}{0}",
    "a';pwned${{IFS}}{0};'\";pwned${{IFS}}{0};\"$(pwned${{IFS}}{0})",
    "-a$(pwned${{IFS}}{0})",
)
"""Texts that run `pwned NUMBER` where a shell reads them as code."""

MARKERS = ("markedtext", PAYLOADS[8].format("markedtext"))
"""Texts that find the ways of an operation: one that is a fair value nearly everywhere, and a hostile one."""

GLOBAL_ARGUMENTS: dict[str, Any] = {
    "_chdir": lambda text: {"_chdir": text},
    "_doas_user": lambda text: {"_doas": True, "_doas_user": text},
    "_dzdo_user": lambda text: {"_dzdo": True, "_dzdo_user": text},
    "_env": lambda text: {"_env": {"NAME": text}},
    "_env with sudo": lambda text: {"_env": {"NAME": text}, "_sudo": True},
    "_env's name": lambda text: {"_env": {text: "value"}},
    "_shell_executable": lambda text: {"_shell_executable": text},
    "_su_shell": lambda text: {"_su_user": "root", "_su_shell": text},
    "_su_user": lambda text: {"_su_user": text},
    "_sudo_user": lambda text: {"_sudo": True, "_sudo_user": text},
}

LOCAL_FILE, LOCAL_TREE = -1, -2
"""Forms of text for sources of uploads: as the name of a file that is there, and as one in a folder."""

_RANDOM = re.compile(r"[0-9a-f]{8,}")


@cache
def intended() -> dict[str, dict[str, dict[str, str]]]:
    """Give what takes shell code on purpose, by kind, owner and parameter, with the reason."""
    return tomllib.loads((Path(__file__).parents[1] / "injection.toml").read_text("utf-8"))


def is_intended(place: Place) -> bool:
    return place.parameter in intended().get(place.kind, {}).get(place.owner, {})


def every_place() -> Iterator[Place]:
    for kind in KINDS:
        for place in places(kind):
            yield place
            if kind == "operation" and place.parameter == "src" and place.number == 0:
                yield Place(kind, place.owner, "src", LOCAL_FILE)
                yield Place(kind, place.owner, "src", LOCAL_TREE)
    yield from (Place("global argument", name, "") for name in GLOBAL_ARGUMENTS)


def value_for(place: Place, text: str) -> Any:
    if place.number >= 0:
        return place.shaped(text)
    folder = folder_with(text)
    return str(folder / text) if place.number == LOCAL_FILE else str(folder)


@cache
def folder_with(name: str) -> Path:
    folder = local_folder() / f"with-{len(list(local_folder().iterdir()))}"
    folder.mkdir()
    (folder / name).write_text("x")
    return folder


class Probe:
    """A place that text is put into, and what became of it.

    Attributes:
        place: the place.
        outcomes: where the text was seen: `shell`, `content` of a file, `local` for the name of a file on
            this machine, `rsync`, `refused`, or `nowhere`.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.outcomes: set[str] = set()
        self._ways: list[World] = []
        if place.kind != "global argument":
            self._find_ways()

    def hostile(self, text: str) -> Iterator[str]:
        """Give the shell code that comes of a hostile text."""
        if self.place.kind == "global argument":
            with suppress(PyinfraError, ValueError, TypeError):
                arguments = GLOBAL_ARGUMENTS[self.place.owner](text)
                yield make_unix_command(StringCommand("true"), **arguments).get_raw_value()
            return
        known: set[str] = set()
        for world in self._ways:
            found, seen = self._tell(world, text, "pwned")
            self.outcomes |= seen or {"nowhere"}
            for code in found:
                if surroundings(code, "pwned") - known:
                    known |= surroundings(code, "pwned")
                    yield code

    def _find_ways(self) -> None:
        known: set[str] = set()
        every = worlds(self.place.kind, self.place.owner)
        for world in every:
            shapes: set[str] = set()
            for marker in MARKERS:
                found, seen = self._tell(world, marker, marker)
                shapes.update(seen, *(surroundings(code, marker) for code in found))
            # What is refused as it stands says nothing of the text.
            if "refused" in shapes and "refused" not in known and "refused" in self._try(world, "")[1]:
                shapes.discard("refused")
            if shapes - known:
                known |= shapes
                self._ways.append(world)
        self._ways = self._ways or every[:1]

    def _tell(self, world: World, text: str, sought: str) -> tuple[list[str], set[str]]:
        """Give the code that a text comes into, and where else it is seen."""
        parameter = self.place.parameter
        found: list[str] = []
        seen: set[str] = set()
        with suppress(OSError):
            for variant in world.with_text(parameter, value_for(self.place, text), text):
                self._add(variant, sought, found, seen)
        if not found:
            for variant in world.with_text_inside(parameter, text):
                self._add(variant, sought, found, seen)
        return found, seen

    def _add(self, world: World, sought: str, found: list[str], seen: set[str]) -> None:
        code, outcomes = self._try(world, sought)
        found += code
        seen |= outcomes

    def _try(self, world: World, sought: str) -> tuple[list[str], set[str]]:
        found: list[str] = []
        seen: set[str] = set()
        try:
            for command in world.commands(self.place.kind, self.place.owner):
                seen |= places_in(command, sought)
                found += [code for code in codes(command) if sought in code]
        except (PyinfraError, ValueError, TypeError):
            seen.add("refused")
        except (KeyError, AttributeError, OSError, IndexError):
            pass
        return found, seen | ({"shell"} if found else set())


def places_in(command: Any, text: str) -> set[str]:
    """Give where a command that is no shell code has a text."""
    if isinstance(command, FileUploadCommand) and text in _content(command):
        return {"content"}
    if isinstance(command, FileDownloadCommand) and text in str(command.dest):
        return {"local"}
    if isinstance(command, RsyncCommand) and text in f"{command.src}{command.dest}{command.flags}":
        return {"rsync"}
    return set()


def surroundings(code: str, text: str) -> set[str]:
    """Give what stands around each occurrence of a text: code that differs elsewhere alone is not run again."""
    code = _RANDOM.sub("", code)
    return {code[max(0, one.start() - 10) : one.end() + 6] for one in re.finditer(re.escape(text), code)}


def _content(command: FileUploadCommand) -> str:
    return command.src.getvalue() if isinstance(command.src, StringIO) else ""


@dataclass
class Collection:
    """All code that came of payloads.

    Attributes:
        codes: what a shell is to read; each is there once.
        places: which parameter the number in a payload stands for.
        outcomes: where payloads were seen, by parameter; see `Probe`.
    """

    codes: list[str]
    places: dict[int, tuple[str, str, str]]
    outcomes: dict[tuple[str, str, str], set[str]]

    def example(self, number: int) -> str:
        """Give code that holds a number."""
        return next(code for code in self.codes if re.search(rf"pwned\b.*?\b{number}\b", code))


def collect() -> Collection:
    found: dict[str, None] = {}
    outcomes: dict[tuple[str, str, str], set[str]] = {}
    # Forms of one parameter share their numbers, so that equal code is run once.
    first: dict[tuple[str, str, str], int] = {}
    for probe in (Probe(place) for place in every_place() if not is_intended(place)):
        name = probe.place.name
        begin = first.setdefault(name, len(first) * len(PAYLOADS))
        for number, payload in enumerate(PAYLOADS, begin):
            found.update(dict.fromkeys(probe.hostile(payload.format(number))))
        outcomes.setdefault(name, set()).update(probe.outcomes)
    found.update(dict.fromkeys([without_conditions(code) for code in found]))
    numbers = {begin + at: name for name, begin in first.items() for at in range(len(PAYLOADS))}
    return Collection(list(found), numbers, outcomes)
