"""One run of one command, measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .cells import Run

_LAUNCH = Path(__file__).with_name("launch.py")
_SHOWN = 600
_MEMORY_SHARE = 3
"""A run may hold one part in so many of the machine's memory."""
_GRACE_SECONDS = 60


@dataclass(frozen=True)
class Measured:
    """A run, and what it printed."""

    run: Run
    output: str


def measure(
    command: Sequence[str],
    folder: Path,
    seconds: float,
    *,
    namespace: str = "",
    environment: Mapping[str, str] | None = None,
) -> Measured:
    """Run a command and give what it took.

    Args:
        command: The command.
        folder: Where it runs; its home is `home` below it.
        seconds: The time limit.
        namespace: The network namespace it runs in, as a path.
        environment: Variables beside those that all commands find.
    """
    log, result = folder / "output.txt", folder / "measured.json"
    (folder / "home").mkdir(exist_ok=True)
    result.unlink(missing_ok=True)
    most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEMORY_SHARE
    with log.open("wb") as output:
        subprocess.run(
            [sys.executable, "-I", str(_LAUNCH), str(result), namespace, str(seconds), str(most), *command],
            cwd=folder,
            env={**_environment(folder, command), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=seconds + _GRACE_SECONDS,
            check=True,
        )
    measured = json.loads(result.read_text())
    grew_too_large = measured.pop("grew_too_large")
    run = Run(**measured)
    said = log.read_text(errors="replace")
    if grew_too_large:
        run.problems.append(f"ended after {run.wall:.0f} s since it held more than {most >> 20} MiB")
    elif not run.timed_out and run.exit_code != 0:
        run.problems.append(f"exit code {run.exit_code}: {said[-_SHOWN:].strip()}")
    return Measured(run, said)


def _environment(folder: Path, command: Sequence[str]) -> dict[str, str]:
    home = str(folder / "home")
    return {
        "HOME": home,
        "XDG_CACHE_HOME": f"{home}/.cache",
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join(
            [str(Path(command[0]).parent), "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        ),
        "TERM": "dumb",
        "USER": "root",
    }
