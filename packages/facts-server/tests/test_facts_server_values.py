"""What can't be said as data: values that are more than they look, arguments that are refused, odd output."""

from __future__ import annotations

import json
import string

import pyinfra.facts.hardware
import pyinfra.facts.server
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api import FactBase, FactValueError, ShortFactBase
from pyinfra.facts.hardware import NetworkDevices
from pyinfra.facts.server import Date, Home, LinuxDistribution, Mounts, Users

DEBIAN = ["/etc/os-release", 'NAME="Debian GNU/Linux"', "ID=debian", 'VERSION_ID="12"', "---"]

FACTS = [
    fact
    for module in (pyinfra.facts.hardware, pyinfra.facts.server)
    for fact in vars(module).values()
    if isinstance(fact, type) and issubclass(fact, FactBase)
]


def test_a_distribution_is_found_by_its_name():
    distro = LinuxDistribution().process(DEBIAN)

    assert distro in ["Ubuntu", "Debian"]
    assert distro in {"Ubuntu", "Debian"}
    assert distro not in ["CentOS", "RedHat"]
    assert distro != "Ubuntu"


def test_a_distribution_is_a_plain_dict_too():
    distro = LinuxDistribution().process(DEBIAN)
    plain = {
        "name": "Debian",
        "major": 12,
        "minor": None,
        "release_meta": {"NAME": "Debian GNU/Linux", "ID": "debian", "VERSION_ID": "12"},
    }

    assert distro == plain
    assert not distro != plain  # noqa: SIM202 - dict has its own idea of what differs
    assert distro != {**plain, "major": 11}
    assert distro["name"] == "Debian"
    assert distro.get("nothing") is None
    assert json.loads(json.dumps(distro)) == plain


def test_an_unknown_distribution_has_no_name():
    assert LinuxDistribution.default() not in ["Debian", ""]


@pytest.mark.parametrize("user", ["-", "+", "1", "a b", "a;id", "$(id)", "a\nb", "`id`", "a/b", "é"])
def test_a_tilde_is_followed_by_a_name_alone(user):
    with pytest.raises(FactValueError, match="can't be looked up"):
        Home().command(user)


def test_the_time_where_there_is_none_has_a_zone():
    assert Date.default().tzinfo is not None


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_no_output_is_no_error(fact):
    if fact is not Date:
        fact().process([])


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_every_fact_says_what_it_reads(fact):
    assert fact.__doc__


def test_short_facts_share_a_fact():
    shorts = [fact for fact in vars(pyinfra.facts.hardware).values() if isinstance(fact, type)]
    assert {fact.fact for fact in shorts if issubclass(fact, ShortFactBase)} == {NetworkDevices}


def escape(path: str) -> str:
    return "".join(f"\\{ord(char):03o}" if char in " \t\n\\#" else char for char in path)


@given(st.text(string.ascii_letters + " \t\n\\#é€'\"-,", min_size=1))
def test_a_mount_point_may_have_any_name(name):
    line = f"30 1 8:1 / /{escape(name)} rw shared:1 - ext4 /dev/sda1 rw"

    assert list(Mounts().process([line])) == [f"/{name}"]


LINES = st.lists(st.text(max_size=60))


@given(LINES)
def test_users_are_not_made_of_noise(lines):
    for name, info in Users().process(lines).items():
        assert ":" not in name
        assert info["uid"] >= 0


@given(LINES)
def test_devices_are_not_made_of_noise(lines):
    NetworkDevices().process(lines)
    Mounts().process([line for line in lines if not line.lstrip().startswith("{")])
    LinuxDistribution().process(lines)
