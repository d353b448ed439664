"""Parsers on output that no tool prints, and on what tools print with pieces missing or out of place."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pyinfra.facts.hardware
import pyinfra.facts.server
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api import FactBase, FactError, FactValueError
from pyinfra.facts import hardware, server

FACTS = [
    fact
    for module in (pyinfra.facts.hardware, pyinfra.facts.server)
    for fact in vars(module).values()
    if isinstance(fact, type) and issubclass(fact, FactBase)
]


def _printed() -> dict[str, list[str]]:
    """The lines that the cases give to each fact."""
    lines: dict[str, list[str]] = {}
    for path in sorted((Path(__file__).parent / "cases" / "facts").glob("*/*.yaml")):
        output = yaml.safe_load(path.read_text(encoding="utf-8"))["output"]
        known = lines.setdefault(path.parent.name, [])
        known += output.splitlines() if isinstance(output, str) else output
    return lines


PRINTED = _printed()


@st.composite
def broken(draw: st.DrawFn, lines: list[str]) -> list[str]:
    """Lines of real tools, some of them cut, changed, or with noise between."""
    out = []
    for line in draw(st.lists(st.sampled_from(lines), max_size=6)):
        cut = draw(st.integers(0, len(line)))
        middle = draw(st.text(max_size=3) | st.sampled_from([" ", ":", "|", "-1", "{", "[", "\udc80", "٣"]))
        out.append(draw(st.sampled_from([line, line[:cut], line[cut:], line[:cut] + middle + line[cut:]])))
    return out


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
@given(data=st.data())
def test_broken_output_is_read_or_refused(fact: Any, data: st.DataObject) -> None:
    noise = st.lists(st.text(max_size=60), max_size=5)
    lines = data.draw(broken(PRINTED[fact.name]) | noise if PRINTED.get(fact.name) else noise)
    try:
        value = fact().process(lines)
    except FactError:
        return
    assert not isinstance(value, datetime) or value.tzinfo is not None


KEYS = ["ifname", "mtu", "operstate", "link_type", "address", "addr_info", "family", "local", "prefixlen"]
MOUNT_KEYS = ["mount", "fstab", "device", "mntpoint", "fstype", "opts"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda value: (
        st.lists(value, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYS, *MOUNT_KEYS]), value, max_size=6)
    ),
)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    hardware.NetworkDevices().process([json.dumps([value])])
    try:
        server.Mounts().process([json.dumps({"mount": value})])
    except FactError:
        return


@given(broken(PRINTED["hardware.NetworkDevices"]))
def test_addresses_look_like_addresses(lines: list[str]) -> None:
    for device in hardware.NetworkDevices().process(lines).values():
        for family, form, bits in (
            ("ipv4", r"[0-9]{1,3}(\.[0-9]{1,3}){3}", 32),
            ("ipv6", r"[0-9a-f.:]+", 128),
        ):
            if family in device:
                for address in (device[family], *device[family].get("additional_ips", ())):
                    assert re.fullmatch(form, address["address"], re.IGNORECASE)
                    assert 0 <= address["mask_bits"] <= bits


@given(st.lists(st.text(max_size=60) | broken(PRINTED["server.Users"]).map("\n".join), max_size=5))
def test_users_have_names_and_numbers(lines: list[str]) -> None:
    for name, info in server.Users().process("\n".join(lines).split("\n")).items():
        assert name
        assert ":" not in name
        assert isinstance(info["uid"], int)
        assert isinstance(info["gid"], int)


@given(st.text())
def test_a_key_of_sysctl_sets_nothing(key: str) -> None:
    try:
        command = server.Sysctl().command([key])
    except FactValueError:
        assert re.search(r"[\s=]", key) or not re.match(r"[A-Za-z0-9_]", key)
    else:
        assert "=" not in key
        assert not key.startswith("-")
        assert command.get_raw_value().startswith("sysctl ")


NAME = st.from_regex(r"[a-z_][a-z0-9_.$-]{0,12}", fullmatch=True)


@given(
    st.dictionaries(
        NAME, st.tuples(st.integers(0, 2**32), st.lists(NAME, max_size=3, unique=True)), max_size=5
    )
)
def test_users_are_read_back(users: dict[str, tuple[int, list[str]]]) -> None:
    lines = [
        f"{name}:x:{uid}:{uid}:a|b:/home/{name}:/bin/sh|{name}|{' '.join([name, *groups])}||"
        for name, (uid, groups) in users.items()
    ]
    found = server.Users().process(lines)
    assert {name: (info["uid"], info["groups"]) for name, info in found.items()} == {
        name: (uid, [group for group in groups if group != name]) for name, (uid, groups) in users.items()
    }


@given(st.integers(0, 10**4), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_the_time_that_the_first_process_runs(days: int, hours: int, minutes: int, seconds: int) -> None:
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    day = f"{days:02}-" if days else ""
    hour = f"{hours:02}:" if days or hours else ""
    assert server.Uptime().process([f"{day}{hour}{minutes:02}:{seconds:02}"]) == total


def test_what_changes_nothing_may_be_asked_ahead() -> None:
    # What the caller wrote may do anything; a time that was asked for ahead is late.
    assert {fact for fact in FACTS if not fact.side_effect_free} == {server.Command, server.Date}
