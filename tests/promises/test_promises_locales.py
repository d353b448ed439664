"""Facts give the same whatever language the host speaks."""

from __future__ import annotations

import inspect
from importlib.metadata import entry_points
from typing import Any

import pytest
from pyinfra.api import FactBase, Inventory, ShortFactBase, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.exceptions import FactError
from pyinfra.facts import files

LOCALES = ("C", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.UTF-8")

CHANGES_BY_ITSELF = {
    "server.Date": "the clock",
    "server.LoadAverage": "what this machine does meanwhile",
    "server.Uptime": "the clock",
    "server.Processes": "the processes of the connection itself",
    "server.Ports": "the ports of the connection itself",
    "hardware.Memory": "what this machine does meanwhile",
    "hardware.CpuInfo": "the clock rates of the processors",
    "hardware.NetworkDevices": "counters",
    "hardware.BlockDevices": "what is free on the disks",
    "server.Sysctl": "counters and random numbers",
    "server.KernelModules": "what this machine loads meanwhile",
}
"""What may differ between two looks in one language, with the reason."""

NAMES = ("plain", "café", "İstanbul ığ", "日本語 ファイル", "ß'\"\\$é", "new\nline")


def without_arguments() -> dict[str, Any]:
    found = {}
    for point in entry_points(group="pyinfra.facts"):
        module = point.load()
        for name in getattr(module, "__all__", ()):
            fact = getattr(module, name)
            if not isinstance(fact, type) or not issubclass(fact, FactBase | ShortFactBase):
                continue
            if getattr(fact, "abstract", False) or needs_arguments(fact):
                continue
            found[f"{point.name}.{name}"] = fact
    return found


def needs_arguments(fact: Any) -> bool:
    fact = getattr(fact, "fact", fact)
    command = getattr(fact, "command", None)
    if not callable(command):
        return False
    parameters = list(inspect.signature(command).parameters.values())[1:]
    return any(one.default is one.empty for one in parameters)


def values(host, names: dict[str, Any]) -> dict[str, Any]:
    """Ask the host all of these in a new session, in which it speaks its own language."""
    state = State(Inventory(([(host.name, host.ssh_data("deploy"))], {})))
    connect_all(state)
    try:
        [asked] = state.inventory
        found = {}
        for name, (fact, arguments) in names.items():
            try:
                found[name] = asked.get_fact(fact, **arguments)
                if isinstance(found[name], dict):
                    # Looking at a file sets it.
                    found[name].pop("atime", None)
            except FactError as error:
                found[name] = type(error).__name__
        return found
    finally:
        disconnect_all(state)


def speak(host, locale: str) -> None:
    """Have every login of the host speak a language: by PAM, by the shells' profiles, and by sshd itself."""
    lines = "".join(f"{name}={locale}\n" for name in ("LANG", "LC_ALL", "LANGUAGE"))
    (host.root / "etc/environment").write_text(lines)
    (host.root / "etc/default/locale").write_text(lines)
    (host.root / "etc/ssh/sshd_config.d/language.conf").write_text(f"SetEnv LANG={locale} LC_ALL={locale}\n")
    pid = host.exec("cat", "/run/sshd.pid").stdout.strip()
    assert host.exec("kill", "-HUP", pid).returncode == 0
    # Until sshd has come to it, connections are still of its old process, or refused.
    assert any(language_of(host) == locale for _ in range(50))


def language_of(host) -> str:
    """The language of a session: what a command that no fact runs finds in its environment."""
    data = {**host.ssh_data("deploy"), "ssh_connect_retries": 5}
    state = State(Inventory(([(host.name, data)], {})))
    connect_all(state)
    try:
        [asked] = state.inventory
        done, output = asked.run_shell_command('printf %s "$LC_ALL"')
        assert done
        return output.stdout
    finally:
        disconnect_all(state)


@pytest.fixture(scope="module")
def host(real_hosts):
    [host] = real_hosts(1, reset=True)
    folder = host.root / "srv/names"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_text(f"{name}\n")
        (folder / f"{name} folder").mkdir()
        (folder / f"{name} link").symlink_to(name)
    return host


def questions() -> dict[str, tuple[Any, dict[str, Any]]]:
    asked: dict[str, tuple[Any, dict[str, Any]]] = {
        name: (fact, {}) for name, fact in without_arguments().items()
    }
    for name in NAMES:
        for fact, kind in (
            (files.File, ""),
            (files.Sha1File, ""),
            (files.Directory, " folder"),
            (files.Link, " link"),
        ):
            asked[f"{fact.name} {name}"] = (fact, {"path": f"/srv/names/{name}{kind}"})
    asked["files.FindFiles"] = (files.FindFiles, {"path": "/srv/names"})
    asked["files.FindInFile"] = (files.FindInFile, {"path": "/srv/names/café", "pattern": "caf."})
    return asked


@pytest.fixture(scope="module")
def in_english(host):
    speak(host, "C.UTF-8")
    return values(host, questions())


def test_the_table_names_what_there_is():
    assert not CHANGES_BY_ITSELF.keys() - without_arguments().keys()


@pytest.mark.parametrize("locale", LOCALES)
def test_facts_are_the_same(host, in_english, locale):
    speak(host, locale)
    found = values(host, questions())
    different = {
        name: (value, in_english[name])
        for name, value in found.items()
        if name not in CHANGES_BY_ITSELF and value != in_english[name]
    }
    assert not different, different
    assert all(value for name, value in found.items() if name.startswith("files."))
    assert len(found) > 60
