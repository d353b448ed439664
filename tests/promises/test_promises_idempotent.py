"""A deploy of any operations on any names does what was previewed, and a second run changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyinfra.operations import files, server
from pyinfra_testkit.deploys import assert_idempotent

NAMES = (
    "plain",
    "two words ",
    "it's",
    'a"b',
    "-rf",
    "--help",
    "*",
    "[a]?",
    "é-日本",
    "$HOME",
    "`id`",
    "a\\nb",
    "~",
)
NAMES = (*NAMES, "line\nbreak", "%s;%d", "#", " ", "a\tb", "{{ x }}", "!", "&&", "caf\u0065\u0301", ".hidden")
CHARACTERS = "ab -*?[]'\"\\$`~#;&|<>(){}!%\n\té日."
LINE_CHARACTERS = CHARACTERS.replace("\n", "")

names = st.one_of(
    st.sampled_from(NAMES),
    st.text(CHARACTERS, min_size=1, max_size=8).filter(lambda name: name not in (".", "..")),
)
lines = st.text(LINE_CHARACTERS, min_size=1, max_size=12)
modes = st.sampled_from(["644", "600", 755, "u=rw,go=r", None])
owners = st.sampled_from(["deploy", "root", None])
accounts = st.from_regex(r"[a-z0-9_-]{1,8}", fullmatch=True)
comments = st.text("ab '\"$`;*é-", max_size=8)


@dataclass
class Step:
    """One operation of a deploy.

    Attributes:
        operation: its name.
        name: that of the file, user or group it is for.
        arguments: its other arguments.
    """

    operation: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def prepare(self, folder: Path) -> None:
        """Make what the operation takes for granted: its folder, and a file in which to replace something."""
        kind = self.operation.partition(".")[2]
        (folder / kind).mkdir(parents=True, exist_ok=True)
        if kind == "replace":
            (folder / kind / self.name).write_text("one\nold\ntwo\n")

    def apply(self, folder: str) -> None:
        """Call the operation; each has a folder of its own, so that no two are at odds."""
        module, _, name = self.operation.partition(".")
        operation = getattr({"files": files, "server": server}[module], name)
        if module == "server":
            operation(self.name, **self.arguments)
            return
        path = f"{folder}/{name}/{self.name}"
        arguments = dict(self.arguments)
        if name in ("put", "template"):
            source = StringIO(arguments.pop("content"))
            operation(source, path, **arguments)
        else:
            operation(path, **arguments)


def step(operation: str, name: Any = names, **arguments: Any) -> Any:
    return st.builds(Step, st.just(operation), name, st.fixed_dictionaries(arguments))


steps = st.one_of(
    step("files.file", mode=modes, user=owners),
    step("files.directory", mode=modes, user=owners, group=owners),
    step("files.link", target=names, user=owners),
    step("files.put", content=st.text(CHARACTERS), mode=modes, user=owners),
    step("files.template", content=st.just("{{ value }}\n"), value=lines, mode=modes),
    step("files.line", line=lines, escape_regex_characters=st.just(True)),
    step("files.block", content=st.lists(lines, min_size=1, max_size=3)),
    step("files.replace", text=st.just("^old$"), replace=st.from_regex(r"[é'\"$ ;*-]{1,5}", fullmatch=True)),
    step("server.group", accounts.map(lambda name: f"g{name}"), system=st.booleans()),
    step(
        "server.user",
        accounts.map(lambda name: f"u{name}"),
        comment=comments,
        shell=st.sampled_from(["/bin/sh", None]),
    ),
)
deploys = st.lists(steps, min_size=3, max_size=6, unique_by=lambda step: (step.operation, step.name))


@pytest.fixture(scope="module")
def folders(real_hosts):
    """Numbers of folders that are not there yet, on a host on which nothing was changed."""
    real_hosts(1, reset=True)
    return count()


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deploy=deploys)
def test_a_second_run_changes_nothing(real_hosts, folders, deploy):
    [host] = real_hosts(1)
    folder = f"/srv/promises/{next(folders)}"
    for each in deploy:
        each.prepare(Path(f"{host.root}{folder}"))

    def code():
        for each in deploy:
            each.apply(folder)

    assert_idempotent(host, code, SUDO=True)
