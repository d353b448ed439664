"""Check the types of all packages and of the bench: typecheck.py [MYPY OPTION …].

mypy does not follow an import package that is spread over several editable installs. So the packages' sources are
merged into one folder, as an install from wheels has them, and checked there.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def merge(target: Path) -> dict[str, str]:
    """Copy the sources of all packages, and the bench, into one folder.

    Args:
        target: the folder.

    Returns:
        Where each file came from, both as posix paths: relative to `target`, and to the repository.
    """
    origins: dict[str, str] = {}
    sources = [(source, source) for source in sorted(ROOT.glob("packages/*/src"))]
    for base, folder in [*sources, (ROOT, ROOT / "bench")]:
        for path in folder.rglob("*"):
            name = path.relative_to(base)
            cached = any(part == "__pycache__" or part.startswith(".") for part in name.parts)
            if cached or not path.is_file():
                continue
            if name.as_posix() in origins:
                sys.exit(f"{path} and {origins[name.as_posix()]} would overwrite each other")
            origins[name.as_posix()] = path.relative_to(ROOT).as_posix()
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target / name)
    return origins


def main(options: list[str]) -> int:
    """Run mypy, and give its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        merged = Path(folder)
        origins = merge(merged)
        packages = sorted({name.partition("/")[0] for name in origins if "/" in name})
        done = subprocess.run(
            [
                *(sys.executable, "-m", "mypy"),
                *("--config-file", str(ROOT / "pyproject.toml")),
                *("--cache-dir", str(ROOT / ".mypy_cache" / "merged")),
                *("--python-executable", sys.executable),
                *options,
                *packages,
            ],
            cwd=merged,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    print(
        re.sub(r"^[^:\n]+", lambda name: origins.get(name[0], name[0]), done.stdout, flags=re.MULTILINE),
        end="",
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
