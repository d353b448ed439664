"""A folder of installed distributions of somebody else's: one with a plugin of each kind, and a broken one."""

from __future__ import annotations

from pathlib import Path

OPERATION = """
from pyinfra.api import QuoteString, StringCommand, operation

@operation()
def site(name: str, port: int = 80, tags: "list[str] | None" = None):
    '''Describe a site.'''
    yield StringCommand("printf '%s\\n'", QuoteString(f"{name}:{port}:{tags}"))
"""
FACT = """
from pyinfra.api import FactBase

class Sites(FactBase):
    def command(self):
        return "echo one; echo two"
    def process(self, output):
        return output
"""
CONNECTOR = """
from pyinfra.api.exceptions import ConnectError
from pyinfra.connectors.local import LocalConnector

class Acme(LocalConnector):
    @staticmethod
    def make_names_data(name=None):
        yield f"@acme/{name}", {}, ["acme"]
    def connect(self):
        if "down" in self.host.name:
            raise ConnectError("nobody answers")
"""
HOOKS = """
import click
from pyinfra.plugins.spec import InventorySource, ReportFormat, SecretSource, hookimpl

@click.command("acme")
@click.argument("word")
def acme(word):
    '''Say a word.'''
    click.echo(f"acme says {word}")
    return 3

@hookimpl
def pyinfra_cli_commands():
    return [acme]

@hookimpl
def pyinfra_inventory_sources():
    return [InventorySource("rack", lambda argument: {"rack": ([f"{argument}-1"], {"x": 1})})]

@hookimpl
def pyinfra_secret_sources():
    def get(host, key):
        if host.name == "@acme/locked":
            raise LookupError("the safe is locked")
        return "hunter22" if key == "_sudo_password" else None
    return [SecretSource("safe", get)]

@hookimpl
def pyinfra_report_formats():
    def fail(state):
        raise ValueError("no ink")
    lines = ReportFormat("lines", lambda state: "".join(f"{host.name}\\n" for host in state.inventory))
    return [lines, ReportFormat("inkless", fail)]

@hookimpl
def pyinfra_operation_host_end(host, outcome):
    print(f"seen {host.name} {outcome.value}")
"""


def install(folder: Path) -> None:
    """Lay out the distributions, as an installer would, in a folder for PYTHONPATH."""
    _write(
        folder,
        {
            "acme_infra/__init__.py": "",
            "acme_infra/operations/__init__.py": "",
            "acme_infra/operations/nginx.py": OPERATION,
            "acme_infra/facts.py": FACT,
            "acme_infra/connector.py": CONNECTOR,
            "acme_infra/hooks.py": HOOKS,
        },
    )
    _metadata(
        folder,
        "acme-infra",
        "web-server",
        {
            "operations": "nginx = acme_infra.operations.nginx",
            "facts": "nginx = acme_infra.facts",
            "connectors": "acme = acme_infra.connector:Acme",
            "plugins": "acme = acme_infra.hooks",
        },
    )


def install_broken(folder: Path) -> None:
    """Lay out a distribution whose operations can't be imported."""
    _write(folder, {"broken_infra.py": "raise RuntimeError('no such luck')\n"})
    _metadata(folder, "broken-infra", "web-server", {"operations": "broken = broken_infra"})


def install_odd(folder: Path) -> None:
    """Lay out distributions with every fault that `plugins check` names."""
    _write(
        folder,
        {
            "odd_infra/__init__.py": "class Thing:\n    pass\n",
            "odd_infra/empty.py": "",
            "odd_infra/exits.py": "raise SystemExit('bye')\n",
            "odd_infra/prints.py": f"print('hello')\n{OPERATION}",
            "odd_infra/hooks.py": "def pyinfra_no_such_hook():\n    pass\n",
        },
    )
    _metadata(
        folder,
        "odd-infra",
        "odd",
        {
            "operations": (
                "empty = odd_infra.empty\nnothing = odd_infra:nothing\nexits = odd_infra.exits\n"
                "prints = odd_infra.prints\nnginx = odd_infra.prints"
            ),
            "facts": "gone = odd_infra.gone",
            "connectors": "odd = odd_infra:Thing",
            "plugins": "odd = odd_infra.hooks",
        },
    )
    _metadata(folder, "newer-infra", "new", {"operations": "newer = odd_infra.prints"}, "pyinfra-core>=99")


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _metadata(
    folder: Path, name: str, keywords: str, points: dict[str, str], requires: str | None = None
) -> None:
    about = folder / f"{name.replace('-', '_')}-1.2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\nKeywords: {keywords}\n"
        + (f"Requires-Dist: {requires}\n" if requires else "")
    )
    (about / "entry_points.txt").write_text(
        "".join(f"[pyinfra.{kind}]\n{point}\n" for kind, point in points.items())
    )
