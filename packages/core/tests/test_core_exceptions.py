"""The tree of errors."""

from __future__ import annotations

import re

import pytest
from pyinfra.api import exceptions
from pyinfra.api.exceptions import (
    FactError,
    FactNotCollected,
    FactPreconditionError,
    MissingCommandError,
    NoHostError,
    PluginNotInstalledError,
    PyinfraError,
)

CLASSES = {name: value for name, value in vars(exceptions).items() if isinstance(value, type)}


def drawn() -> dict[str, tuple[str | None, tuple[str, ...]]]:
    """Each class that the module's docstring draws, with its parent there and what else it is."""
    found: dict[str, tuple[str | None, tuple[str, ...]]] = {}
    above: list[str] = []
    for line in (exceptions.__doc__ or "").splitlines():
        match = re.match(r"([│├└─ ]*)(\w+(?:Error|NotCollected))(?: \((\w+)\))?", line)
        if match:
            depth = len(match[1]) // 4
            found[match[2]] = (above[depth - 1] if depth else None, (match[3],) if match[3] else ())
            above[depth:] = [match[2]]
    return found


def test_every_class_is_drawn():
    assert drawn().keys() == CLASSES.keys()


@pytest.mark.parametrize(("name", "place"), drawn().items())
def test_the_drawing_is_true(name, place):
    parent, others = place
    bases = [base.__name__ for base in CLASSES[name].__bases__]
    assert bases == [parent or "Exception", *others]


@pytest.mark.parametrize("name", CLASSES)
def test_each_is_documented_and_ours(name):
    assert CLASSES[name].__doc__
    assert issubclass(CLASSES[name], PyinfraError)


def test_messages_are_what_was_written():
    assert str(NoHostError("no host 'x'")) == "no host 'x'"
    assert str(PluginNotInstalledError("not here")) == "not here"


def test_facts_that_could_not_be_collected():
    class Zfs:
        name = "zfs.Pools"

    missing = MissingCommandError("zpool")
    unmet = FactPreconditionError(Zfs, "kernel module 'zfs' is not loaded")
    assert missing.command == "zpool"
    assert "'zpool' is not installed" in str(missing)
    assert (unmet.fact_cls, unmet.reason) == (Zfs, "kernel module 'zfs' is not loaded")
    assert str(unmet) == "zfs.Pools: kernel module 'zfs' is not loaded"
    for error in (missing, unmet):
        assert isinstance(error, FactNotCollected)
        assert isinstance(error, FactError)
