"""Facts answered in batches and one by one: the same values and the same errors, whatever their commands do."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager

import pytest
from depth_facts import LEAVERS, facts
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyinfra._engine import facts as engine_facts
from pyinfra.api import Config, FactBase, Inventory, State, operation
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.exceptions import PyinfraError
from pyinfra.context import host
from pyinfra_testkit.hosts import PASSWORDS

SHELLS = ["sh", "bash", "busybox sh"]
# 8 for each shell, 334 to explore.
EXAMPLES = max(8, settings.default.max_examples // 3 + 1 if settings.default.max_examples > 100 else 0)
# What holds the output open for less is waited for; what does for longer is not.
OUTPUT_WAIT = 1.5
# Less than what is left behind lives, which nothing may wait for.
BOUND = 60
# Where in its script a shell came upon something, and the line around it, are not the same in a batch.
PLACE = re.compile(
    r"(?<=sh: )(?:(?:-c|eval|line \d+|\d+): )+|\b(?:line|Zeile) \d+: "
    r"|(?<=[+>] kill )-\w+ \d+"
    r"|cd /tmp && |export 'EXPORTED=by us' LANGUAGE=de && |LC_ALL=C; export LC_ALL; unset LANGUAGE; "
)
# A shell's own number, in a here-document without an end.
PROCESS = re.compile(r"(?<=kill )-\w+ \d+")
# Whose shell or last command is killed hears of it from whoever is left: from another shell in a batch than alone.
KILLED = re.compile(r"kill -(?:9|SEGV) \$")

as_many = settings(
    max_examples=EXAMPLES,
    phases=[*([Phase.shrink] if EXAMPLES > 8 else []), Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
privileges = st.sampled_from(
    [
        {},
        {},
        {"_sudo": True},
        {"_env": {"EXPORTED": "by us", "LANGUAGE": "de"}},
        {"_chdir": "/tmp"},
        {"_su_user": "ask", "_su_password": PASSWORDS["ask"]},
    ]
)


class Seen(dict):
    """What came of each fact; no plain dict, of which an operation would get a copy."""


@operation(is_idempotent=False)
def ask(asked, arguments, seen):
    """Ask one fact, and see what comes of it."""
    seen[asked] = outcome(asked, arguments)
    yield "true"


def outcome(asked, arguments):
    own = {
        "command": asked.command,
        "requires_command": lambda self: asked.requires,
        "process": lambda self, output: [PROCESS.sub("", line) for line in output],
        "shell_executable": asked.own_shell,
        "side_effect_free": asked.side_effect_free,
    }
    settings = {"_shell_executable": asked.shell, "_success_exit_codes": list(asked.success or ())}
    fact = type("Odd", (FactBase,), own)
    try:
        return host.get_fact(fact, **{key: value for key, value in settings.items() if value}, **arguments)
    except PyinfraError as error:
        said = "" if KILLED.search(asked.command) else PLACE.sub("", str(error))
        # The parts of a pipeline have no order.
        return type(error).__name__, sorted(re.split("; |(?<=Odd): ", said)) if "|" in asked.command else said


@contextmanager
def connected(real_host, batch):
    state = State(Inventory(([("h1", real_host.ssh_data("deploy"))], {})), Config(BATCH=batch))
    connect_all(state)
    yield state
    disconnect_all(state)


@pytest.fixture(scope="module")
def runs(real_hosts):
    """One run with batches and one without, on one host."""
    [one] = real_hosts(1, reset=True)
    for name, text in LEAVERS.items():
        program = one.root / "usr/local/bin" / name
        program.write_text(text)
        program.chmod(0o755)
    with connected(one, True) as batched, connected(one, False) as single:
        yield batched, single


def answers(state, several, arguments):
    seen = Seen()
    state.engine.new_generation()
    began = time.monotonic()
    [on] = state.inventory
    state.engine.add([on], lambda: [ask(asked, arguments, seen) for asked in several])
    assert time.monotonic() - began < BOUND
    assert not state.failed_hosts
    assert set(seen) == set(several)
    assert state.engine.side(on).facts.batches
    return seen


@pytest.mark.parametrize("shell", SHELLS)
def test_batched_is_as_unbatched(runs, monkeypatch, shell):
    monkeypatch.setattr(engine_facts, "OUTPUT_WAIT", OUTPUT_WAIT)
    batched, single = runs

    @as_many
    @given(several=facts(shell), arguments=privileges)
    def check(several, arguments):
        assert answers(batched, several, arguments) == answers(single, several, arguments)

    check()
