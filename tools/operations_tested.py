"""Write docs/operations-tested.md, or check it, by what tests wrote with `pytest --pyinfra-tested=FILE`.

operations_tested.py write FILE …   make the table
operations_tested.py check FILE …   fail where the table says more than the tests show
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from pyinfra.plugins import registry

TABLE = Path(__file__).resolve().parent.parent / "docs" / "operations-tested.md"
COLUMNS = ("cases", "applied", "again", "previewed", "injection")

HEAD = """\
# How operations are tested

Made by the tests: `uv run pytest --pyinfra-tested=FILE`, then `uv run python tools/operations_tested.py write FILE`.

- Cases: how many tests as data say what it runs on a host in a given state.
- Applied: it changed a real host.
- Again: run again there, it changed nothing. Some operations are not idempotent, and say so.
- Preview: what it changed there, the preview had said.
- Injection: each parameter that takes text was given shell code, under dash, bash and busybox, and none was run: the
  text was quoted, refused, or became a file's content. Parameters that no command came of are named, and those that are
  shell code on purpose with the reason.

| Operation | Cases | Applied | Again | Preview | Injection |
|---|---|---|---|---|---|
"""
SEEN = ("shell", "content", "local", "rsync", "refused")
ON_PURPOSE = "on purpose: "


def main(arguments: list[str]) -> int:
    if len(arguments) < 2 or arguments[0] not in ("write", "check"):  # noqa: PLR2004 - a mode and a file
        print(__doc__, file=sys.stderr)
        return 2
    rows = table(merged([Path(name) for name in arguments[1:]]))
    if arguments[0] == "write":
        TABLE.write_text(
            HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows.values()), encoding="utf-8"
        )
        return 0
    problems = claims_too_much(written(TABLE.read_text(encoding="utf-8")), rows)
    for problem in problems:
        print(f"{TABLE.name}: {problem}", file=sys.stderr)
    return 1 if problems else 0


def merged(files: list[Path]) -> dict[str, dict[str, Any]]:
    """Give what the tests of several runs have shown together, by operation."""
    shown: dict[str, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(COLUMNS[:-1], 0) | {"injection": {}})
    for file in files:
        for operation, one in json.loads(file.read_text(encoding="utf-8")).items():
            into = shown[operation]
            into.update({name: max(into[name], one[name]) for name in COLUMNS[:-1]})
            into["injection"] = one["injection"] or into["injection"]
    return shown


def table(shown: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Give the table's cells, by operation, for all that are installed."""
    rows = {}
    for operation, is_idempotent in installed().items():
        one = shown.get(operation) or dict.fromkeys(COLUMNS[:-1], 0) | {"injection": {}}
        again = yes(one["again"]) if is_idempotent else "not idempotent"
        cells = [
            str(one["cases"]),
            yes(one["applied"]),
            again,
            yes(one["previewed"]),
            injection(one["injection"]),
        ]
        rows[operation] = [f"`{operation}`", *cells]
    return rows


def installed() -> dict[str, bool]:
    """Give every operation that is installed, and whether it is idempotent."""
    found = {}
    for name in registry.names("operations"):
        module = registry.module("operations", name)
        for member in sorted(getattr(module, "__all__", ())):
            operation = getattr(module, member)
            if hasattr(operation, "_inner"):
                found[f"{name}.{member}"] = operation.is_idempotent
    return found


def yes(value: Any) -> str:
    return "yes" if value else "no"


def injection(parameters: dict[str, list[str]]) -> str:
    """Say what became of shell code in an operation's parameters."""
    if "none" in parameters:
        return "takes no text"
    parts = ["yes"] if any(parameters.get(key) for key in SEEN) else []
    if parameters.get("nowhere"):
        parts.append(f"in no command: {code(parameters['nowhere'])}")
    for key, names in sorted(parameters.items()):
        if key.startswith(ON_PURPOSE):
            parts.append(f"not {code(names)}: {key.removeprefix(ON_PURPOSE)}")
    return "; ".join(parts) or "no"


def code(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def written(text: str) -> dict[str, list[str]]:
    """Read the table's cells, by operation."""
    rows = (re.split(r" \| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| `"))
    return {row[0].strip("`"): row for row in rows}


def claims_too_much(said: dict[str, list[str]], shown: dict[str, list[str]]) -> list[str]:
    """Give what a table says and the tests do not show, one line for each."""
    problems = []
    for operation, row in said.items():
        real = shown.get(operation)
        if real is None:
            problems.append(f"{operation} is not installed")
            continue
        for column, claim, fact in zip(COLUMNS, row[1:], real[1:], strict=True):
            if not holds(column, claim, fact):
                problems.append(f"{operation}, {column}: it says {claim!r}, the tests show {fact!r}")
    return problems


def holds(column: str, claim: str, fact: str) -> bool:
    if column == "cases":
        return int(claim) <= int(fact)
    # What is said to be in no command may have come into one since.
    unseen, also_unseen = (set(re.findall(r"`[^`]+`", text)) for text in (fact, claim))
    return claim in (fact, "no") or (kept(claim) == kept(fact) and unseen <= also_unseen)


def kept(cell: str) -> list[str]:
    return [part for part in cell.split("; ") if not part.startswith("in no command")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
