"""Situations in which to call an operation, so that it goes many of its ways: its own cases, and made-up ones."""

from __future__ import annotations

import inspect
import itertools
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from depth_surface import function_of, hints_of, installed, parameters_of, sample
from pyinfra.api.command import PyinfraCommand
from pyinfra.context import ctx_config, ctx_host, ctx_inventory, ctx_state
from pyinfra_testkit.fakes import FactNotGivenError, FakeHost

PACKAGES = Path(__file__).parents[3] / "packages"
PARENTS = {"files.File": "file", "files.Directory": "directory", "files.Link": "link"}
THINGS: dict[str, Any] = {
    "files.File": {"mode": 600, "user": "other", "group": "other", "size": 1, "mtime": None},
    "files.Directory": {"mode": 700, "user": "other", "group": "other", "size": 1, "mtime": None},
    "files.Link": {
        "link_target": "/work/other",
        "mode": 777,
        "user": "other",
        "group": "other",
        "mtime": None,
    },
    "files.FindInFile": ["x"],
    "files.Block": ["other"],
    "server.Which": "/usr/bin/x",
    "server.Os": "Linux",
}
FLAVOURS = ("absent", "file", "directory", "link", "anything", "case 0", "case 1", "case 2")


class Anything(dict[Any, Any]):
    """A fact's value that has whatever is looked for in it."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: object) -> Any:
        return Anything(name="other")

    def get(self, key: object, default: Any = None) -> Any:
        return self[key]


class AnsweringHost(FakeHost):
    """A host that has an answer to every question: what it was given, else what its flavour is."""

    def __init__(self, facts: dict[str, Any], flavour: str, data: dict[str, Any]) -> None:
        super().__init__(facts, data)
        self.flavour = flavour

    def check_can_rsync(self) -> None:
        pass

    def get_temp_filename(self, *args: Any, temp_directory: str | None = None, **kwargs: Any) -> str:
        return f"{temp_directory or '/work'}/temporary"

    def get_fact(self, fact: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_fact(fact, *args, **kwargs)
        except FactNotGivenError:
            given = self._facts.get(fact.name)
        if isinstance(given, dict) and all("=" in str(key) for key in given):
            return next(iter(given.values()), None)
        return self._made_up(fact)

    def _made_up(self, fact: Any) -> Any:
        name = fact.name
        if self.flavour == "absent" or PARENTS.get(name, self.flavour) != self.flavour:
            return fact.default() if hasattr(fact, "default") else None
        kind, _, number = self.flavour.partition(" ")
        if kind == "case":
            answers = answers_of_cases().get(name, [])
            return answers[int(number) % len(answers)] if answers else None
        return THINGS[name] if name in THINGS else Anything()


@dataclass
class World:
    """A way to call an operation or fact.

    Attributes:
        arguments: by name.
        facts: what the host answers, as cases have it.
        flavour: what it answers to other questions.
        data: the host's data.
    """

    arguments: dict[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)
    flavour: str = "absent"
    data: dict[str, Any] = field(default_factory=dict)

    def with_text(self, parameter: str, value: Any, text: str) -> Iterator[World]:
        """Give this world with a value for a parameter, and where facts speak of the old one, with the text there."""
        yield self._with(parameter, value)
        old = self.arguments.get(parameter)
        known = json.dumps(self.facts, ensure_ascii=False, default=str)
        for word in words(old):
            if word in known:
                world = self._with(parameter, replaced(old, word, text))
                world.facts = replaced(self.facts, word, text)
                yield world

    def with_text_inside(self, parameter: str, text: str) -> Iterator[World]:
        """Give this world with the text in what a parameter was: values are often known by how they begin or end."""
        old = self.arguments.get(parameter)
        for word in words(old):
            stem, dot, ending = word.rpartition(".")
            yield self._with(parameter, replaced(old, word, f"{word}{text}"))
            yield self._with(parameter, replaced(old, word, f"{stem}{text}{dot}{ending}"))

    def _with(self, parameter: str, value: Any) -> World:
        return World({**self.arguments, parameter: value}, self.facts, self.flavour, self.data)

    @contextmanager
    def host(self) -> Iterator[AnsweringHost]:
        host = AnsweringHost(self.facts, self.flavour, self.data)
        with (
            ctx_state.use(cast("Any", host.state)),
            ctx_config.use(host.state.config),
            ctx_inventory.use(host.state.inventory),
            ctx_host.use(cast("Any", host)),
        ):
            yield host

    def commands(self, kind: str, owner: str) -> list[PyinfraCommand | str]:
        """Give what comes of the call."""
        if kind == "fact":
            return [function_of(kind, owner)(**self.arguments)]
        with self.host():
            return list(function_of(kind, owner)(**self.arguments))


def words(value: Any) -> list[str]:
    """Give the texts in a value that are long enough to be found again in facts."""
    if isinstance(value, str):
        return [value] if len(value) > 1 else []
    if isinstance(value, dict):
        return [word for pair in value.items() for each in pair for word in words(each)]
    return [word for each in value for word in words(each)] if isinstance(value, list | tuple | set) else []


def replaced(value: Any, word: str, text: str) -> Any:
    """Give a value with a word in it replaced: as a whole, and as the value in keys such as `path=word`."""
    if isinstance(value, str):
        return text if value == word else value.replace(f"={word}", f"={text}")
    if isinstance(value, dict):
        return {replaced(key, word, text): replaced(each, word, text) for key, each in value.items()}
    return [replaced(each, word, text) for each in value] if isinstance(value, list) else value


def worlds(kind: str, owner: str) -> list[World]:
    every = itertools.chain(from_cases(kind, owner), made_up(kind, owner))
    return [
        world
        for world in every
        if not any(world.arguments.get(name) is value for name, value in AS_CODE.items())
    ]


def from_cases(kind: str, owner: str) -> Iterator[World]:
    """Give the worlds of an operation's or fact's own cases."""
    names = list(parameters_of(kind, owner))
    for case in cases(kind).get(owner, []):
        if kind == "fact":
            given = case.get("arg", [])
            args = [] if isinstance(given, dict) else given if isinstance(given, list) else [given]
            yield World(
                {**dict(zip(names, args, strict=False)), **(given if isinstance(given, dict) else {})}
            )
            continue
        arguments = {**dict(zip(names, case.get("args", []), strict=False)), **case.get("kwargs", {})}
        if any(tag in json.dumps(arguments, default=str) for tag in ("datetime:", "path:", "io:", "set:")):
            continue
        sources = (
            local_sources() if case.get("local_files") and "src" in arguments else [arguments.get("src")]
        )
        for flavour, source in itertools.product(("absent", "case 0"), sources):
            given = {**arguments, "src": source} if "src" in arguments else arguments
            yield World(given, case.get("facts") or {}, flavour, case.get("data") or {})


@cache
def local_sources() -> list[str]:
    """Give a file and a folder of this machine, as the source of uploads."""
    folder = local_folder()
    (folder / "file").write_text("x")
    (folder / "tree" / "deeper").mkdir(parents=True)
    (folder / "tree" / "deeper" / "file").write_text("x")
    return [str(folder / "file"), str(folder / "tree")]


@cache
def local_folder() -> Path:
    _kept.append(tempfile.TemporaryDirectory(prefix="depth-"))
    return Path(_kept[-1].name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def made_up(kind: str, owner: str) -> Iterator[World]:
    """Give worlds that follow from the signature alone."""
    parameters, hints = parameters_of(kind, owner), hints_of(kind, owner)
    samples = {name: sample(name, hints.get(name)) for name in parameters}
    required = {name: samples[name] for name, one in parameters.items() if one.default is one.empty}
    optional = {name: samples[name] for name, one in parameters.items() if one.default is None}
    sources = [{"src": path} for path in (*local_sources(), "/work/src")] if "src" in required else [{}]
    for more, (flags, flavour), source in itertools.product(
        ({}, optional), variants(kind, parameters), sources
    ):
        yield World({**required, **more, **flags, **source}, {}, flavour)


def variants(kind: str, parameters: dict[str, inspect.Parameter]) -> Iterator[tuple[dict[str, bool], str]]:
    """Give settings of an operation's switches, and flavours of hosts."""
    flags = {name: one.default for name, one in parameters.items() if isinstance(one.default, bool)}
    turned = {name: not value for name, value in flags.items() if name not in AS_CODE}
    settings = [{}, {name: value for name, value in turned.items() if name != "present"}]
    settings += [{"present": False}] if "present" in turned else []
    settings.append({name: value for name, value in turned.items() if name.startswith("force")})
    yield from itertools.product(settings, FLAVOURS if kind == "operation" else ["absent"])
    yield from itertools.product(
        ({name: value} for name, value in turned.items()), ("absent", "file", "case 0")
    )


AS_CODE = {"interpolate_variables": True, "quote_path": False}
"""Switches, and the setting that makes shell code of other parameters: what they are for."""


@cache
def cases(kind: str) -> dict[str, list[dict[str, Any]]]:
    """Give the cases of every package's tests, by what they are of."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in installed(kind)}
    for path in sorted(PACKAGES.glob(f"*/tests/cases/{kind}s/*/*")):
        if path.suffix in (".json", ".yaml", ".yml") and path.parent.name in found:
            load = json.loads if path.suffix == ".json" else yaml.safe_load
            # What can't be read fails the tests of its package.
            with suppress(ValueError, yaml.YAMLError):
                found[path.parent.name].append(load(path.read_text("utf-8")))
    return found


@cache
def answers_of_cases() -> dict[str, list[Any]]:
    """Give values of facts, by name, as cases have them."""
    found: dict[str, list[Any]] = {}
    for name, several in cases("fact").items():
        found[name] = [case["fact"] for case in several if case.get("fact")]
    return found
