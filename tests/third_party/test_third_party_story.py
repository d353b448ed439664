"""The page on publishing a plugin, followed to the letter by someone who has our wheels and nothing else of ours."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/publishing-a-plugin.md"
BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<language>\w+)\n(?P<code>.*?)^(?P=fence)$", re.DOTALL | re.MULTILINE)
# The first line of a block names its file, or says where its commands are given.
NAME = re.compile(r"(?:#|<!--) (?P<name>[\w./-]+\.\w+)(?: -->)?\n")
ELSEWHERE = "# in another terminal\n"
BOUND = 300


class Terminal:
    """A shell in a folder, and other terminals beside it.

    Attributes:
        folder: where it is now.
        variables: its environment.
        told: what its last commands printed.
    """

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder = folder
        self.variables = variables
        self.told = ""
        self._state = folder.parent / "state"
        self._others: list[subprocess.Popen[str]] = []

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, commands: str) -> None:
        """Run commands in the folder and environment that those before have left."""
        state = shlex.quote(str(self._state))
        done = subprocess.run(
            ["sh", "-c", f"set -e\n{commands}(pwd; env -0) >{state}\n"],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=BOUND,
            check=False,
        )
        self.told = done.stdout
        assert done.returncode == 0, f"{commands}\n{self.told}"
        folder, _, variables = self._state.read_text().partition("\n")
        self.folder = Path(folder)
        self.variables = dict(one.split("=", 1) for one in variables.split("\0") if one)

    def run_beside(self, command: str) -> None:
        """Start what goes on until Ctrl-C, and wait until it says so."""
        process = subprocess.Popen(
            shlex.split(command),
            cwd=self.folder,
            env=self.variables,
            executable=shutil.which(command.split(maxsplit=1)[0], path=self.variables["PATH"]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._others.append(process)
        bound = threading.Timer(BOUND, process.kill)
        bound.start()
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            if "Ctrl-C" in line:
                break
        else:
            pytest.fail(f"{command}\n{told}")
        bound.cancel()

    def close(self) -> None:
        for process in self._others:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=BOUND)


@pytest.fixture
def terminal(wheels: Path, strangers: dict[str, str], tmp_path: Path) -> Iterator[Terminal]:
    uv = os.environ.get("UV") or shutil.which("uv")
    assert uv, "uv is not installed"
    kept = {name: value for name, value in os.environ.items() if name.startswith("PYINFRA_TESTKIT_")}
    # No UV_PYTHON: it would have `uv pip` install into that Python itself. So it knows the activated environment alone.
    variables = {
        **{name: value for name, value in strangers.items() if name != "UV_SYSTEM_PYTHON"},
        **kept,
        "PATH": f"{sys.base_prefix}/bin:{Path(uv).parent}:{strangers['PATH']}",
        "PYINFRA_REQUIRE_REAL_HOSTS": "1",
        "UV_FIND_LINKS": str(wheels),
        "UV_PYTHON_PREFERENCE": "only-system",
    }
    folder = tmp_path / "work"
    folder.mkdir()
    opened = Terminal(folder, variables)
    yield opened
    opened.close()


# The fixture makes no host here: it skips where the page's own commands could not.
@pytest.mark.usefixtures("real_hosts")
def test_the_page_is_true(terminal: Terminal):
    for block in BLOCK.finditer(PAGE.read_text()):
        language, code = block["language"], block["code"]
        if language == "text":
            assert_told(code, terminal.told)
        elif language != "sh":
            named = NAME.match(code)
            assert named, f"a block does not begin with the name of its file: {code[:60]!r}"
            terminal.write(named["name"], code[named.end() :])
        elif code.startswith(ELSEWHERE):
            terminal.run_beside(code.removeprefix(ELSEWHERE))
        else:
            terminal.run(code)


def assert_told(lines: str, told: str) -> None:
    """Have lines stand in what was printed, in this order, with as much space between their words as there may be."""
    rest = iter([" ".join(line.split()) for line in told.splitlines()])
    for line in lines.splitlines():
        words = " ".join(line.split())
        assert any(words in one for one in rest), f"{line!r} is not told, or not there:\n{told}"
