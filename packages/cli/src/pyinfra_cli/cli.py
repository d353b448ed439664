"""The options of the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from pyinfra.version import __version__

HELP = """\b
pyinfra brings hosts to a described state, over SSH, with nothing on them but a shell.

\b
INVENTORY
  a Python file (inventory.py), hosts separated by commas (web-1,web-2),
  @local for this machine, or @connector/name
\b
OPERATIONS
  pyinfra INVENTORY deploy.py [more.py …]        deploy files
  pyinfra INVENTORY server.user pyinfra home=/x  one operation
  pyinfra INVENTORY exec -- uptime               any command
  pyinfra INVENTORY fact server.Os files.File path=/etc/hosts
  pyinfra INVENTORY debug-inventory              hosts, groups and data
\b
  pyinfra plugins [list|show|search|check]       what is installed, and what it offers
  pyinfra docs apt.packages                      the documentation of an operation, fact or plugin
  pyinfra completion bash                        completion for bash, zsh or fish
  A host that is called like one of these commands is written @ssh/NAME.

\b
Exit codes: 0 done, 1 something failed, 2 usage or refused, 130 interrupted.
"""


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"pyinfra: v{__version__}")
        ctx.exit()


def _support(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from .prints import print_support

        print_support()
        ctx.exit()


OPTIONS: list[Callable[[Any], Any]] = [
    click.option("-v", "verbosity", count=True, help="Print meta (-v), input (-vv) and output (-vvv)."),
    click.option("--dry", is_flag=True, help="Show what would change, and change nothing."),
    click.option("--diff", is_flag=True, help="Show what changes inside files."),
    click.option("-y", "--yes", is_flag=True, envvar="PYINFRA_YES", help="Execute without asking."),
    click.option("--limit", multiple=True, help="Only these hosts: names, globs or groups."),
    click.option("--exclude", multiple=True, help="Not these hosts: names, globs or groups."),
    click.option("--fail-percent", type=int, help="Percentage of hosts that may fail before the run ends."),
    click.option("--data", multiple=True, metavar="KEY=VALUE", help="Data that stands above all other."),
    click.option("--group-data", multiple=True, help="Folder or file of further group data."),
    click.option("--config", default="config.py", show_default=True, help="Config file."),
    click.option("--chdir", help="Work in this folder."),
    click.option("--sudo", is_flag=True, help="Run operations with sudo."),
    click.option("--sudo-user", help="The user to become with sudo."),
    click.option("--same-sudo-password", is_flag=True, help="Ask once for the sudo password of all hosts."),
    click.option("--use-sudo-password", is_flag=True, help="Ask for the sudo password of each host."),
    click.option("--use-sudo-login", is_flag=True, help="Have sudo start a login shell."),
    click.option("--su-user", help="The user to become with su."),
    click.option("--dzdo", is_flag=True, help="Run operations with dzdo."),
    click.option("--dzdo-user", help="The user to become with dzdo."),
    click.option("--shell-executable", help="The shell that runs commands."),
    click.option("--parallel", type=int, help="Hosts to work on at once."),
    click.option("--no-wait", is_flag=True, help="Let no host wait for the others."),
    click.option("--serial", is_flag=True, help="Finish one host before the next."),
    click.option("--no-batch", is_flag=True, envvar="PYINFRA_NO_BATCH",
                 help="Ask each fact alone and in order, to find faults."),
    click.option("--retry", type=int, default=0, help="How often a failed operation is tried again."),
    click.option("--retry-delay", type=int, default=5, help="Seconds between the tries."),
    click.option("--ssh-user", "--user", "ssh_user", help="User to log in as."),
    click.option("--ssh-port", "--port", "ssh_port", type=int, help="Port to connect to."),
    click.option("--ssh-key", "--key", "ssh_key", type=click.Path(), help="Private key file."),
    click.option("--ssh-key-password", "--key-password", "ssh_key_password", help="The private key's passphrase."),
    click.option("--ssh-password", "--password", "ssh_password", help="Password to log in with."),
    click.option("--ssh-password-prompt", is_flag=True, help="Ask for the password to log in with."),
    click.option("--json", "as_json", is_flag=True, help="Print nothing but JSON on stdout."),
    click.option("--report", multiple=True, metavar="FORMAT=FILE", help="Write a report: json, or a plugin's."),
    click.option("--debug", is_flag=True, help="Print debug logs and tracebacks."),
    click.option("--debug-all", is_flag=True, help="Print debug logs of all packages."),
    click.option("--debug-facts", is_flag=True, help="Print the facts that were asked, and stop."),
    click.option("--debug-operations", is_flag=True, help="Print the operations, and stop."),
    click.option("--support", is_flag=True, is_eager=True, expose_value=False, callback=_support,
                 help="Print what is useful for a bug report."),
    click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
                 help="Print the version."),
]  # fmt: skip


def _with_options(command: Any) -> Any:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.command(help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("inventory")
@click.argument("operations", nargs=-1, required=True)
@_with_options
@click.pass_context
def cli(ctx: click.Context, /, inventory: str, operations: tuple[str, ...], **options: Any) -> None:
    """Run what was asked for; see `pyinfra_cli.run`."""
    from .errors import exit_code_of
    from .run import run
    from .settings import Options

    ctx.exit(exit_code_of(lambda: run(inventory, operations, Options(**options))))


__all__ = ["OPTIONS", "cli"]
