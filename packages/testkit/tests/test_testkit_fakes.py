"""Fake hosts: given facts, found as operations ask for them."""

from __future__ import annotations

from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra import host
from pyinfra.api import FactBase, ShortFactBase
from pyinfra_testkit.fakes import FactNotGivenError, GivenDict, key_text, on_fake_host


class Port(Enum):
    HTTP = 80


class Size(FactBase[int]):
    def command(self, path: str, unit: str = "k") -> str:
        return f"size {path} {unit}"


class Big(ShortFactBase[bool]):
    fact = Size


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("a", "a"),
        (5, "5"),
        (None, "null"),
        (True, "true"),
        (Port.HTTP, "80"),
        ((1, "b", Port.HTTP), '[1, "b", 80]'),
    ],
)
def test_keys_are_found_by_their_text(key: object, text: str) -> None:
    assert key_text(key) == text
    found = GivenDict({text: "here"})
    assert key in found
    assert found[key] == found.get(key) == "here"


@given(
    st.dictionaries(st.text(), st.integers()), st.one_of(st.text(), st.integers(), st.none(), st.booleans())
)
def test_a_given_dict_is_the_dict_and_no_more(plain: dict[str, int], key: object) -> None:
    made = GivenDict(plain)
    assert made == plain
    assert (key in made) == (key_text(key) in plain)
    assert made.get(key, "none") == plain.get(key_text(key), "none")
    if key not in made:
        with pytest.raises(KeyError):
            made[key]


def test_the_context_is_the_fake_hosts_for_the_length_of_the_with() -> None:
    with on_fake_host({"server.Os": "Linux"}, {"role": "web"}) as fake:
        assert host.get_fact("server.Os", _sudo=True) == "Linux"
        assert host.data.role == "web"
        host.noop("nothing to do")
    assert fake.noop_description == "nothing to do"
    with pytest.raises(AttributeError):
        host.data  # noqa: B018 - the access is the test


@pytest.mark.parametrize("fact", [Size, Big])
def test_arguments_are_written_with_their_defaults(fact: type[Size | Big]) -> None:
    with on_fake_host({fact.name: {"path=/x, unit=k": {"size": [{"of": 1}]}}}) as fake:
        assert fake.get_fact(fact, "/x").size[0].of == 1
        assert fake.get_fact(fact, path="/x", unit="k", _su_user="a")["size"] == [{"of": 1}]


def test_what_was_not_given_is_named_with_what_was() -> None:
    with on_fake_host({"server.Os": "Linux", "server.Arch": "x86_64"}) as fake:
        with pytest.raises(FactNotGivenError, match=r"server\.Date is asked for.*`server.Os`, `server.Arch`"):
            fake.get_fact("server.Date")
        with pytest.raises(FactNotGivenError, match=r"server\.Os for `a=1`"):
            fake.get_fact("server.Os", a=1)


def test_data_that_was_not_given_is_named() -> None:
    with on_fake_host() as fake, pytest.raises(AttributeError, match="no data 'role'"):
        fake.data.role  # noqa: B018 - the access is the test
