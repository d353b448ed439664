"""The site has a page, or an entry, for everything that is installed: as the registry and the program have it."""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import click
import pytest
from pyinfra.api import FactBase, ShortFactBase
from pyinfra.api.arguments import all_argument_meta
from pyinfra.api.config import ConfigDefaults
from pyinfra.plugins import Plugin, registry
from pyinfra.plugins.spec import Hooks
from pyinfra_cli.cli import cli
from pyinfra_cli.subcommands import find_command

KINDS = {"operations": "operation", "facts": "fact", "connectors": "connector"}
OWN_COMMANDS = ("plugins", "docs", "completion")


def ours() -> list[Plugin]:
    """The installed plugins that come from this repository: all that the tests' environment has."""
    return [
        plugin
        for kind in KINDS
        for plugin in registry.plugins(kind)
        if plugin.distribution.startswith("pyinfra-")
    ]


def members(plugin: Plugin) -> Iterator[str]:
    module = registry.load(plugin)
    for name in getattr(module, "__all__", None) or vars(module):
        found = getattr(module, name)
        if plugin.kind == "operations" and getattr(found, "_inner", None) is not None:
            yield name
        is_fact = inspect.isclass(found) and issubclass(found, (FactBase, ShortFactBase))
        if plugin.kind == "facts" and is_fact and not vars(found).get("abstract"):
            yield name


def text_of(page: Path) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page.read_text().partition("<article")[2]))


def shown(page: Path, of: str) -> set[str]:
    """The terms of a list, by the beginning of their anchors."""
    return {
        html.unescape(name)
        for name in re.findall(rf'<code class="argument" id="{of}-[^"]*">([^<]+)</code>', page.read_text())
    }


@pytest.mark.parametrize("plugin", ours(), ids=lambda plugin: f"{plugin.kind}-{plugin.name}")
def test_each_plugin_and_what_it_offers_has_a_page(site: Path, plugin: Plugin):
    assert (site / "plugins" / f"{plugin.name}.html").is_file()
    if plugin.kind == "connectors":
        assert (site / "connectors" / f"{plugin.name}.html").is_file()
        return
    names = set(members(plugin))
    index = (site / plugin.kind / "index.html").read_text()
    for name in names:
        assert f'href="{plugin.name}/{name}.html"' in index
    assert names == {page.stem for page in (site / plugin.kind / plugin.name).glob("*.html")}


@pytest.mark.parametrize(
    "plugin",
    [plugin for plugin in ours() if plugin.kind == "operations"],
    ids=lambda plugin: plugin.name,
)
def test_pages_tell_arguments_and_idempotence(site: Path, plugin: Plugin):
    module = registry.load(plugin)
    for name in members(plugin):
        operation: Any = getattr(module, name)
        page = site / "operations" / plugin.name / f"{name}.html"
        parameters = inspect.signature(operation._inner).parameters.values()
        named = {one.name for one in parameters if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)}
        assert shown(page, "argument") == named
        assert ("Not idempotent" in text_of(page)) != operation.is_idempotent


@pytest.mark.parametrize("connector", registry.plugins("connectors"), ids=lambda plugin: plugin.name)
def test_connectors_tell_the_data_they_read(site: Path, connector: Plugin):
    page = site / "connectors" / f"{connector.name}.html"
    assert shown(page, "argument") == set(registry.load(connector).data_meta)


def test_global_arguments(site: Path):
    assert shown(site / "reference" / "global-arguments.html", "argument") == set(all_argument_meta)


def test_config_keys(site: Path):
    assert shown(site / "reference" / "config.html", "config") == set(get_type_hints(ConfigDefaults))


def test_hooks(site: Path):
    page = (site / "reference" / "hooks.html").read_text()
    names = {name for name in vars(Hooks) if name.startswith("pyinfra_")}
    assert names == set(re.findall(r'<h2 id="(pyinfra_\w+)"', page))


def test_options_of_the_command_line(site: Path):
    page = site / "reference" / "command-line.html"
    options = {", ".join(one.opts) for one in cli.params if isinstance(one, click.Option)}
    assert shown(page, "option") == options


@pytest.mark.parametrize("name", OWN_COMMANDS)
def test_commands(site: Path, name: str):
    page = site / "reference" / "command-line.html"
    text = text_of(page)
    for called, command in commands(name, find_command(name)):
        assert f"pyinfra {called}" in text
        options = {", ".join(one.opts) for one in command.params if isinstance(one, click.Option)}
        assert options <= shown(page, called.replace(" ", "-"))


def commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    for inner in getattr(command, "commands", {}).values():
        yield from commands(f"{name} {inner.name}", inner)
