"""Values on the command line, what JSON is made of, and what stands for what in data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from enum import Enum
from pathlib import PurePosixPath
from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api.hiddenvalue import MASK, HiddenValue
from pyinfra_cli.util import json_encode, parse_value, shown_data, split_keyword, to_json


@pytest.mark.parametrize(
    ("text", "hint", "value"),
    [
        ("true", None, True),
        ("False", bool, False),
        ("true", str, "true"),
        ("true", str | bool, True),
        ("null", str | None, None),
        ("none", None, "none"),
        ("12", None, 12),
        ("-3", int, -3),
        ("12", str, "12"),
        ("12", str | list[str], "12"),
        ("644", str | int | None, 644),
        ("0644", str | int | None, "0644"),
        ("1.5", None, 1.5),
        ("1.5", str, "1.5"),
        ("1.5.2", None, "1.5.2"),
        ('["a", 1]', None, ["a", 1]),
        ("['a']", str | list[str], ["a"]),
        ("[a]", str | list[str], "[a]"),
        ("[1]", str, "[1]"),
        ("{'a': 1}", Mapping[str, Any], {"a": 1}),
        ("{ echo a; }", None, "{ echo a; }"),
        ("{1, 2}", None, "{1, 2}"),
        ('"12"', None, "12"),
        ('"a b', None, '"a b'),
        ("", None, ""),
        ("0x10", None, "0x10"),
    ],
)
def test_a_value_is_read_as_its_parameter_takes_it(text, hint, value):
    found = parse_value(text, hint)
    assert (found, type(found)) == (value, type(value))


@given(st.text())
def test_a_parameter_of_text_gets_any_text(text):
    for hint in (str, Optional[str]):  # noqa: UP045 - the older spelling is another type
        assert parse_value(text, hint) == (None if text in ("null", "None") else text)


@given(st.text())
def test_any_text_is_some_value(text):
    assert isinstance(parse_value(text), str | int | float | bool | list | dict | None)


@given(st.lists(st.text() | st.integers()) | st.dictionaries(st.text(), st.integers() | st.booleans()))
def test_json_gives_what_it_stands_for(value):
    assert parse_value(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("a=b", ("a", "b")),
        ("_sudo=", ("_sudo", "")),
        ("a=b=c", ("a", "b=c")),
        ("=b", None),
        ("a b=c", None),
        ("/x=1", None),
        ("ab", None),
    ],
)
def test_a_keyword_is_a_name_before_a_sign(text, pair):
    assert split_keyword(text) == pair


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b", "a"}, ["a", "b"]),
        (date(2024, 2, 3), "2024-02-03"),
        (b"caf\xe9", "caf\\xe9"),
        (PurePosixPath("/etc"), "/etc"),
        (Colour.RED, "red"),
        (len, "len"),
        (HiddenValue("canary"), MASK),
    ],
)
def test_json_of_what_json_does_not_know(value, written):
    assert json_encode(value) == written
    assert json.loads(to_json({1: [value]})) == {"1": [written]}


@pytest.mark.parametrize("key", ["ssh_password", "ssh_key_password", "_sudo_password", "_su_password"])
def test_passwords_of_connections_are_not_shown_in_data(key):
    assert shown_data({key: "abc", "db": "abc"}) == {key: MASK, "db": "abc"}
