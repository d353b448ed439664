"""Make the table of what this repository's packages provide: known.py [--check].

Core says with it which package to install, and `pyinfra plugins search` finds what is not installed. It is made from
pyinfra-metadata.toml and written to `packages/core/src/pyinfra/plugins/known.py`. With `--check` nothing is
written, and the exit code tells whether that file is as it should be.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
KNOWN = ROOT / "packages" / "core" / "src" / "pyinfra" / "plugins" / "known.py"
GROUPS = {"operation": "operations", "fact": "facts", "connector": "connectors", "deploy": "deploys"}

START = '''\
"""What the packages of this repository provide: made by `tools/known.py` from `pyinfra-metadata.toml`."""

# By entry point group and name, the distribution.
'''
TAGS = """
# By distribution, the tags of all its plugins, which are its keywords.
"""


def read(path: Path) -> dict[str, Any]:
    """Give what a TOML file holds."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def make(root: Path = ROOT) -> str:
    """Give the table's text.

    Args:
        root: the repository.

    Returns:
        A Python module, as `ruff format` would lay it out.
    """
    packages: dict[str, dict[str, str]] = {}
    tags: dict[str, set[str]] = defaultdict(set)
    for plugin in read(root / "pyinfra-metadata.toml")["pyinfra"]["plugins"].values():
        folder = Path(*Path(plugin["path"]).parts[:2])
        distribution = read(root / folder / "pyproject.toml")["project"]["name"]
        packages.setdefault(GROUPS[plugin["type"]], {})[plugin["name"]] = distribution
        tags[distribution].update(plugin["tags"])
    lines = [START, "PACKAGES: dict[str, dict[str, str]] = {\n"]
    for group in (group for group in GROUPS.values() if group in packages):
        named = sorted(packages[group].items())
        lines += [
            f'    "{group}": {{\n',
            *(f'        "{name}": "{owner}",\n' for name, owner in named),
            "    },\n",
        ]
    lines += ["}\n", TAGS, "TAGS: dict[str, tuple[str, ...]] = {\n"]
    for distribution, found in sorted(tags.items()):
        words = ", ".join(f'"{tag}"' for tag in sorted(found))
        lines.append(f'    "{distribution}": ({words}{"," if len(found) == 1 else ""}),\n')
    return "".join([*lines, "}\n"])


def main(arguments: list[str]) -> int:
    """Write the table, or check it, and give the exit code."""
    made = make()
    if arguments == ["--check"]:
        if KNOWN.read_text(encoding="utf-8") == made:
            return 0
        print(f"{KNOWN.relative_to(ROOT)} does not fit pyinfra-metadata.toml: run tools/known.py")
        return 1
    KNOWN.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
