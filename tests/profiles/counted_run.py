"""Runs a deploy on fake hosts and prints how many Python functions it called: HOSTS OPERATIONS CHANGES."""

from __future__ import annotations

import sys
import threading
from typing import Any

from pyinfra import host
from pyinfra.api import Config, FactBase, Inventory, State, operation
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.operations import run_ops

TOOL = 4


class Level(FactBase[list[str]]):
    def command(self, tank: int) -> str:
        return f"level {tank}"

    def process(self, output: list[str]) -> list[str]:
        return output


@operation()
def level(tank: int, change: bool):
    if host.get_fact(Level, tank=tank) or change:
        yield f"drain {tank}"
    else:
        host.noop("it is empty")


class Calls:
    """Counts calls of Python functions in all threads and greenlets."""

    def __init__(self) -> None:
        self.count = 0

    def start(self) -> None:
        if sys.version_info >= (3, 12):
            sys.monitoring.use_tool_id(TOOL, "pyinfra-profiles")
            sys.monitoring.register_callback(TOOL, sys.monitoring.events.PY_START, self._entered)
            sys.monitoring.set_events(TOOL, sys.monitoring.events.PY_START)
        else:
            threading.setprofile(self._profiled)
            sys.setprofile(self._profiled)

    def stop(self) -> None:
        if sys.version_info >= (3, 12):
            sys.monitoring.set_events(TOOL, 0)
        else:
            sys.setprofile(None)

    def _entered(self, *_: Any) -> None:
        self.count += 1

    def _profiled(self, _frame: Any, event: str, _argument: Any) -> None:
        self.count += event == "call"


def main(hosts: int, operations: int, change: bool) -> int:
    names = [f"@fake/host-{number}" for number in range(hosts)]
    state = State(Inventory((names, {})), Config())
    connect_all(state)
    calls = Calls()
    calls.start()

    def deploy() -> None:
        for tank in range(operations):
            level(tank=tank, change=change)

    state.engine.add(list(state.inventory.iter_active_hosts()), deploy)
    run_ops(state)
    calls.stop()
    disconnect_all(state)
    done = sum(data.outcome is not None for each in state.ops.values() for data in each.values())
    assert done == hosts * operations, f"{done} operations were run"
    return calls.count


if __name__ == "__main__":
    print(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "yes"))
