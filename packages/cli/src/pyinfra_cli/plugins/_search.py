"""`pyinfra plugins search`."""

from __future__ import annotations

import click
from pyinfra.plugins import registry
from pyinfra.plugins.known import PACKAGES, TAGS

from pyinfra_cli.log import screen

from ._list import TYPES, line_of


@click.command()
@click.argument("text")
def search(text: str) -> int:
    """Search names, packages and tags for TEXT, in what is installed and in what pyinfra itself has."""
    installed = registry.plugins()
    lines = [
        line_of(plugin, "installed")
        for plugin in installed
        if _is_meant(text, plugin.name, plugin.distribution, *plugin.tags)
    ]
    here = {(plugin.kind, plugin.name) for plugin in installed}
    lines += [
        f"{type_name:<10} {name:<14} {package:<26} {'':<9} pip install {package}  [{', '.join(TAGS[package])}]"
        for type_name, kind in TYPES.items()
        for name, package in sorted(PACKAGES.get(kind, {}).items())
        if (kind, name) not in here and _is_meant(text, name, package, *TAGS[package])
    ]
    for line in lines:
        screen.line(line)
    if not lines:
        screen.line(f"nothing is known by {text!r}; packages of others are found on PyPI", err=True)
    return 0 if lines else 1


def _is_meant(text: str, *words: str) -> bool:
    return any(text.lower() in word.lower() for word in words)
