"""The command and its subcommands."""

from __future__ import annotations

from typing import Any

import click

from pyinfra_cli.log import setup_logging

from ._check import check
from ._list import LIST_OPTIONS, list_plugins
from ._new import new
from ._search import search
from ._show import show


def _with_list_options(command: Any) -> Any:
    for option in reversed(LIST_OPTIONS):
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@_with_list_options
@click.pass_context
def plugins(ctx: click.Context, /, **options: Any) -> int:
    """List the installed plugins, broken ones too, or look into them."""
    setup_logging()
    if ctx.invoked_subcommand is None:
        return list_plugins(**options)
    return 0


@plugins.command("list")
@_with_list_options
def _list(**options: Any) -> int:
    """List the installed plugins, broken ones too."""
    return list_plugins(**options)


plugins.add_command(show)
plugins.add_command(search)
plugins.add_command(check)
plugins.add_command(new)
