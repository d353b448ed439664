"""Every text that an operation or a fact takes, whoever's it is, fed what a shell would run.

What operations and facts are installed, and where their arguments have text, is found by the registry and by their
signatures. The commands that come of it are run on a host under three shells; a payload that is run as code leaves a
file there.
"""

from __future__ import annotations

from collections import defaultdict

import pytest
from depth_injection import collect, intended
from depth_surface import KINDS, installed, parameters_of
from pyinfra_testkit.tested import note_injection

SHELLS = {"dash": "dash", "bash": "bash", "busybox": "busybox sh"}

ALWAYS = [999998, 999999]

SLOW = (
    *(
        "apt-get",
        "apt-key",
        "curl",
        "debconf",
        "gpg",
        "localedef",
        "locale-gen",
        "ping",
        "reboot",
        "shutdown",
    ),
    *("sleep", "sudo", "su", "sync", "update-rc.d", "useradd", "usermod", "userdel", "wget"),
)
"""Tools that take long, or end the host; their arguments have been through the shell when they start."""

RANKING = ("shell", "content", "local", "rsync", "nowhere", "refused")
"""What is told of a parameter that has come to several of these: the first."""

BATCH = 64
TOGETHER = 'mkdir "/work/$1"; cd "/work/$1"; for one do ( . "/cases/$one" ); done; : >"/finished/$1"'
ALONE = 'timeout -s KILL 2 {shell} "/cases/$1"; true'
"""To start a shell for each takes most of the time; where one ends or stops its batch, all of that are run alone."""


@pytest.fixture(scope="module")
def collection():
    return collect()


@pytest.fixture(scope="module")
def shells():
    """The shells under which nothing got through."""
    return set()


def test_what_is_code_on_purpose_is_there_and_says_why():
    for kind in KINDS:
        for owner, parameters in intended()[kind].items():
            assert parameters.keys() <= parameters_of(kind, owner).keys()
            assert all(parameters.values())


def test_most_places_are_reached(collection):
    """What is in no command was not tried, and can't be told to hold."""
    unseen = [name for name, outcomes in collection.outcomes.items() if outcomes == {"nowhere"}]
    assert len(unseen) < len(collection.outcomes) / 10, unseen
    assert len(collection.codes) > 3000


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_that_is_given_as_text_is_run(real_hosts, collection, shells, shell):
    [host] = real_hosts(1)
    through = pwned(host, SHELLS[shell], collection.codes)
    assert not through, {collection.places[number]: collection.example(number) for number in through}
    shells.add(shell)
    if shells == SHELLS.keys():
        note(collection.outcomes)


def note(outcomes):
    """Note what became of shell code in each parameter of each operation, for the table of what is tested."""
    by_operation = {name: defaultdict(list) for name in installed("operation")}
    for (kind, owner, parameter), seen in outcomes.items():
        if kind == "operation":
            by_operation[owner][RANKING[min(map(RANKING.index, seen))]].append(parameter)
    for owner, parameters in intended()["operation"].items():
        for parameter, reason in parameters.items():
            by_operation[owner][f"on purpose: {reason}"].append(parameter)
    for owner, parameters in by_operation.items():
        note_injection(owner, parameters or {"none": []})


def pwned(host, shell, codes):
    """Run code on a host, and give the numbers of what got through."""
    # That it would be seen is known from two that do get through, the first and the last of all.
    names = {"first": f"pwned {ALWAYS[0]}", **{str(at): code for at, code in enumerate(codes)}}
    names["last"] = f"pwned {ALWAYS[1]}"
    prepare(host, names)
    batches = [list(names)[at : at + BATCH] for at in range(0, len(names), BATCH)]
    run_all(host, ["timeout", "-s", "KILL", "20", *shell.split(), "-c", TOGETHER, "sh"], names, BATCH)
    finished = {path.name for path in (host.root / "finished").iterdir()}
    rest = [name for batch in batches if batch[0] not in finished for name in batch]
    assert len(rest) < len(names) / 4
    run_all(host, ["sh", "-c", ALONE.format(shell=shell), "sh"], [*rest, "last"], 1)
    numbers = sorted(int(path.name) for path in (host.root / "pwned").iterdir())
    assert numbers[-2:] == ALWAYS
    return numbers[:-2]


def prepare(host, names):
    host.reset()
    for folder in ("work", "cases", "finished", "pwned"):
        (host.root / folder).mkdir(mode=0o777)
    (host.root / "usr/bin/pwned").write_text('#!/bin/sh\n: > "/pwned/$1"\n')
    for name in SLOW:
        (host.root / "usr/local/sbin" / name).write_text("#!/bin/sh\n")
    host.exec("sh", "-c", "chmod 755 /usr/bin/pwned /usr/local/sbin/*")
    for name, code in names.items():
        (host.root / "cases" / name).write_text(code, "utf-8", "surrogateescape")


def run_all(host, argv, names, at_once):
    xargs = ["xargs", "-r", "-P", "2", "-n", str(at_once), *argv]
    host.exec(
        "sh", "-c", 'cd /work && exec "$@" >/dev/null 2>&1', "sh", *xargs, input="\n".join(names), timeout=300
    )
