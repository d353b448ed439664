"""Whether a host knows who things should belong to."""

import subprocess
from types import SimpleNamespace

import pytest
from pyinfra.api import OperationError
from pyinfra.operations.util.owners import UnknownOwners, refuse_unknown_owners


class Host:
    name = "web-1"

    def __init__(self, unknown):
        self.unknown = unknown
        self.asked = []

    def get_fact(self, _fact, **names):
        self.asked.append(names)
        return self.unknown


def refuse(host, user, group, is_executing=True):
    refuse_unknown_owners(SimpleNamespace(is_executing=is_executing), host, user, group)


@pytest.mark.parametrize(("kind", "name"), [("user", "ann"), ("group", "staff")])
def test_an_unknown_one_is_an_error_that_names_it_and_the_host(kind, name):
    with pytest.raises(
        OperationError, match=f"`{kind}` must be a {kind} of the host, and web-1 has no '{name}'"
    ):
        refuse(Host([kind]), "ann", "staff")


def test_numbers_need_no_name_and_a_preview_asks_nothing():
    host = Host(["user", "group"])
    refuse(host, "1000", "0")
    refuse(host, None, None)
    refuse(host, "ann", "staff", is_executing=False)
    assert not host.asked


def test_of_this_machine():
    command = UnknownOwners().command(user="it's no one", group="-none").get_raw_value()
    told = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert UnknownOwners().process(told.stdout.splitlines()) == ["user", "group"]
