"""The command `pyinfra-docs`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ._build import build
from ._errors import DocsError


def main() -> None:
    """Build the documentation of the project in a folder."""
    parser = argparse.ArgumentParser(
        prog="pyinfra-docs",
        description="Builds the documentation of a project of pyinfra plugins as a web site.",
    )
    parser.add_argument("source", nargs="?", type=Path, default=Path(), help="the project's folder (here)")
    parser.add_argument("--output", type=Path, default=Path("site"), help="where the site goes (site)")
    given = parser.parse_args()
    try:
        count = build(given.source, given.output)
    except DocsError as error:
        sys.exit(f"pyinfra-docs: {error}")
    sys.stdout.write(
        f"{count} pages in {given.output}; to read them: python -m http.server --directory {given.output}\n"
    )


if __name__ == "__main__":
    main()
