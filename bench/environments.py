"""Each tool in an environment of its own, installed from PyPI; ours from the commit that is checked out, as wheels."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PYTHONS = ("3.12", "3.13")
"""The Pythons that all tools support, the one to use first."""

REQUIREMENTS = {
    "pyinfra3": ["pyinfra==3.10.*"],
    "ansible": ["ansible-core"],
    "mitogen": ["ansible-core", "mitogen"],
}
_NAMED = ("pyinfra", "pyinfra-core", "ansible-core", "mitogen", "paramiko", "gevent")


@dataclass(frozen=True)
class Environment:
    """A tool's virtual environment.

    Attributes:
        folder: Where it is.
        version: What is installed, in words.
    """

    folder: Path
    version: str

    def program(self, name: str) -> str:
        """Give the path of one of its programs."""
        return str(self.folder / "bin" / name)


def find_python() -> str:
    """Give a Python that all tools run on, from PATH or from pyenv's versions."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    for version in PYTHONS:
        places = [str(place) for place in sorted(versions.glob(f"{version}*/bin/python{version}"))]
        for place in [shutil.which(f"python{version}"), *places]:
            if (
                place
                and subprocess.run([place, "-c", "import venv"], capture_output=True, check=False).returncode
                == 0
            ):
                return place
    raise RuntimeError(f"none of the Pythons {', '.join(PYTHONS)} was found")


def environment(cache: Path, tool: str, report: Callable[[str], None]) -> Environment:
    """Give a tool's environment, made where it is not there or, for ours, not of the sources as they are.

    Args:
        cache: Where environments are kept.
        tool: `ours`, or a key of `REQUIREMENTS`.
        report: Called with a line before what takes long.
    """
    folder = cache / "environments" / tool
    stamp = folder / "bench-version"
    digest = _digest(tool)
    if not stamp.exists() or stamp.read_text().splitlines()[:1] != [digest]:
        report(f"installing {tool} into {folder}")
        _make(folder, tool)
        stamp.write_text(f"{digest}\n{_installed(folder, tool)}\n")
    return Environment(folder, stamp.read_text().splitlines()[1])


def _make(folder: Path, tool: str) -> None:
    python = str(folder / "bin/python")
    _uv("venv", "--quiet", "--clear", "--python", find_python(), str(folder))
    install = ("pip", "install", "--quiet", "--compile-bytecode", "--python", python)
    if tool in REQUIREMENTS:
        _uv(*install, *REQUIREMENTS[tool])
        return
    with tempfile.TemporaryDirectory() as sources:
        # Not what lies in the folder, where somebody may be writing.
        archive = subprocess.run(
            ["git", "archive", "HEAD", "packages"], cwd=ROOT, capture_output=True, check=True
        )
        subprocess.run(["tar", "--extract"], cwd=sources, input=archive.stdout, check=True)
        found = sorted(path.parent for path in Path(sources).glob("packages/*/pyproject.toml"))
        _uv(*install, "--no-sources", *(str(package) for package in found if package.name != "testkit"))


def _digest(tool: str) -> str:
    what = REQUIREMENTS.get(tool) or [_git("rev-parse", "HEAD:packages")]
    return " ".join([find_python(), *what])


def _installed(folder: Path, tool: str) -> str:
    frozen = _uv("pip", "freeze", "--quiet", "--python", str(folder / "bin/python"))
    packages = dict(line.split("==") for line in frozen.splitlines() if "==" in line)
    words = [f"{name} {packages[name]}" for name in _NAMED if name in packages]
    if tool == "ours":
        words.insert(0, f"commit {_git('rev-parse', '--short', 'HEAD')}")
    python = subprocess.run(
        [str(folder / "bin/python"), "--version"], capture_output=True, text=True, check=True
    )
    return ", ".join([*words, python.stdout.strip()])


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _uv(*arguments: str) -> str:
    without = {"PYTHONDONTWRITEBYTECODE", "UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV"}
    done = subprocess.run(
        ["uv", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={key: value for key, value in os.environ.items() if key not in without}
        | {"UV_PYTHON_DOWNLOADS": "never"},
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"`uv {' '.join(arguments)}` failed:\n{done.stderr}")
    return done.stdout
