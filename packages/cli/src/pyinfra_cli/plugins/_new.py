"""`pyinfra plugins new`."""

from __future__ import annotations

import keyword
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click
from pyinfra.plugins import registry
from pyinfra.plugins.known import PACKAGES

from pyinfra_cli.exceptions import CliError
from pyinfra_cli.log import screen

from ._new_kinds import KINDS, files_of

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# pyinfra.operations.util and pyinfra.facts.util are core's, and no plugins.
_RESERVED = {"util"}


@click.command()
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(list(KINDS)),
    help="What it is to hold; by default what NAME says, or an operation and a fact.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="The folder to make; by default the package's name, here.",
)
def new(name: str, kind: str | None, folder: Path | None) -> int:
    """Write a package with a plugin to begin with, and its tests.

    NAME is that of what it is for, such as nginx, or the package's: ops-nginx, pyinfra-ops-nginx, connector-nginx.
    """
    kind, subject = _read_name(name, kind)
    variables = _variables(kind, subject)
    _refuse_taken(kind, variables)
    target = folder or Path(variables["distribution"])
    files = files_of(KINDS[kind], variables)
    _write(target, files)
    for path in sorted(files):
        screen.line(f"{target}/{path}")
    screen.line()
    screen.line(f"cd {target} && pip install --editable '.[test,dev]' && pytest && mypy && ruff check")
    return 0


def _read_name(name: str, kind: str | None) -> tuple[str, str]:
    """Give the kind and the subject that a name and `--kind` say."""
    subject = name.removeprefix("pyinfra-")
    for said, about in KINDS.items():
        if subject.startswith(f"{about.prefix}-"):
            subject = subject.removeprefix(f"{about.prefix}-")
            if kind not in (None, said):
                raise CliError(f"{name} is the name of a package of kind {said}, and --kind says {kind}")
            kind = said
            break
    if not _SLUG.fullmatch(subject):
        near = re.sub(r"[^a-z0-9]+", "-", subject.lower()).strip("-0123456789")
        hint = f", such as {near}" if _SLUG.fullmatch(near) else ""
        raise CliError(f"{name!r} is no name: write small letters, digits and single dashes{hint}")
    if keyword.iskeyword(subject):
        raise CliError(f"{subject} can't be imported: it is a keyword of Python")
    return kind or "operation", subject


def _variables(kind: str, subject: str) -> dict[str, str]:
    distribution = f"pyinfra-{KINDS[kind].prefix}-{subject}"
    return {
        "subject": subject,
        "module": subject.replace("-", "_"),
        "distribution": distribution,
        "package": distribution.replace("-", "_"),
        "Class": "".join(part.capitalize() for part in subject.split("-")),
    }


def _refuse_taken(kind: str, variables: Mapping[str, str]) -> None:
    name, distribution = variables["module"], variables["distribution"]
    for group in KINDS[kind].points:
        owners = [plugin.distribution for plugin in registry.plugins(group) if plugin.name == name]
        owner = "pyinfra-core" if name in _RESERVED else PACKAGES.get(group, {}).get(name)
        if owner is not None or owners:
            raise CliError(f"the name {name} is taken: {owner or owners[0]} has {group} of that name")
    if any(plugin.distribution == distribution for plugin in registry.plugins()):
        raise CliError(f"the name {distribution} is taken: it is installed")


def _write(target: Path, files: Mapping[str, str]) -> None:
    """Make the folder, with all of the files or not at all."""
    parent = target.absolute().parent
    if not parent.is_dir():
        raise CliError(f"there is no folder {parent} to make {target.name} in")
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise CliError(f"{target} is in the way: name another folder with --folder")
    try:
        with tempfile.TemporaryDirectory(dir=parent, prefix=".pyinfra-new-") as temporary:
            made = Path(temporary) / "package"
            for name, text in files.items():
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                (made / name).write_text(text, encoding="utf-8")
            made.replace(target)
    except OSError as error:
        raise CliError(f"could not write {target}: {error.strerror or error}") from error
