"""The steps as a deploy file, as a user would write it, and as a playbook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from .steps import Step


def deploy_file(steps: Iterable[Step], *, reads_changed: bool) -> str:
    """Write a deploy file; it runs on pyinfra 3 as it does on ours.

    Args:
        steps: What it calls, in order.
        reads_changed: Whether it asks of each operation, right after it, whether it changes something.
    """
    lines = ["from pyinfra.operations import apt, files, server", ""]
    lines += ["changed = 0"] * reads_changed
    for step in steps:
        arguments = "".join(
            f"    {key}={value!r},\n" for key, value in {"name": step.name, **step.arguments}.items()
        )
        call = f"{step.operation}(\n{arguments})"
        lines.append(f"result = {call}\nif result.changed:\n    changed += 1" if reads_changed else call)
    return "\n".join(lines) + "\n"


def playbook(steps: Iterable[Step], *, reads_changed: bool) -> str:
    """Write a playbook.

    Args:
        steps: Its tasks, in order.
        reads_changed: Whether each tells a handler of its changes, which is how a playbook acts on them.
    """
    tasks: list[dict[str, Any]] = []
    for step in steps:
        task: dict[str, Any] = {"name": step.name, f"ansible.builtin.{step.module}": step.parameters}
        if step.variables:
            task["vars"] = step.variables
        if reads_changed:
            task["notify"] = "Say so"
        tasks.append(task)
    handlers = [{"name": "Say so", "ansible.builtin.debug": {"msg": "changed"}}] if reads_changed else []
    return play(tasks, handlers)


def play(tasks: list[dict[str, Any]], handlers: list[dict[str, Any]] | None = None) -> str:
    """Write a playbook of one play that asks hosts for no facts, since no task needs them."""
    made: dict[str, Any] = {"hosts": "all", "gather_facts": False, "tasks": tasks}
    if handlers:
        made["handlers"] = handlers
    return yaml.safe_dump([made], sort_keys=False, width=1000)
