"""Every text that an operation or a fact takes, whoever's it is, fed what a shell would run.

The commands that come of it are run on a host under three shells. Each payload would run `pwned NUMBER` there, which
leaves a file named after the number.
"""

from __future__ import annotations

import inspect
import itertools
import typing
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import entry_points
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyinfra.api import FactBase, FileUploadCommand, StringCommand
from pyinfra.api.exceptions import PyinfraError
from pyinfra.connectors.util import CommandOutput, make_unix_command, put_file_by_stdin
from pyinfra_testkit.fakes import FakeHost, on_fake_host

SHELLS = {"dash": "dash", "bash": "bash", "busybox": "busybox sh"}

PAYLOADS = (
    "a; pwned {0}; $(pwned {0}) `pwned {0}` & pwned {0} | pwned {0} #",
    "a'; pwned {0}; '\"; pwned {0}; \"$(pwned {0})`pwned {0}`",
    "a\npwned {0}\n",
    "a\\'; pwned {0}; \\\"; pwned {0}; \\",
    "-x; pwned {0}; --\npwned {0}",
    "&& pwned {0} || pwned {0} > x",
    "${{x:=$(pwned {0})}}",
    # For parameters that take words without spaces.
    "a;pwned${{IFS}}{0};$(pwned${{IFS}}{0})`pwned${{IFS}}{0}`|pwned${{IFS}}{0}",
    "a';pwned${{IFS}}{0};'\";pwned${{IFS}}{0};\"$(pwned${{IFS}}{0})",
    "-a$(pwned${{IFS}}{0})",
)

IS_CODE = {
    ("operation", "server.shell", "commands"): "shell code",
    (
        "operation",
        "server.service",
        "command",
    ): "asks the registry for the service operations, which are tried themselves",
    (
        "operation",
        "server.service",
        "service",
    ): "asks the registry for the service operations, which are tried themselves",
    ("operation", "apt.packages", "extra_install_args"): "words of apt's command line",
    ("operation", "apt.packages", "extra_uninstall_args"): "words of apt's command line",
    (
        "operation",
        "files.block",
        "line",
    ): "an awk expression between slashes is tried in the package's own tests",
    ("argument", "any", "_shell_executable"): "words of a command line, such as bash -l",
    ("fact", "server.Command", "command"): "shell code",
    ("fact", "apt.SimulateOperationWillChange", "command"): "words of apt's command line",
    ("fact", "files.FindFiles", "args"): "words of find's command line",
    ("fact", "files.FindDirectories", "args"): "words of find's command line",
    ("fact", "files.FindLinks", "args"): "words of find's command line",
}
"""What is documented to be shell code, or words of one, with the reason."""

SAMPLES: dict[str, Any] = {
    "begin": "BEGIN", "command": "status", "content": "x", "dest": "/work/dest", "device": "/dev/nothing",
    "directories": ["/work"], "domain": "*", "exclude": ["x"], "filename": "x", "flags": ["i"], "fs_type": "ext4",
    "group": "nogroup", "hostname": "fake", "hostnames": ["a"], "ip": "192.0.2.1", "item": "nofile", "key": "a.b",
    "keyid": "0xABCDEF01", "keyserver": "hkp://keys.invalid", "line": "x", "limit_type": "soft",
    "locale": "de_DE.UTF-8",
    "match": None, "mode": "644", "module": "dummy", "other": "/work/other", "packages": ["x"], "path": "/work/path",
    "pattern": "x", "pid": 4194303, "port": 1, "public_keys": ["ssh-ed25519 AAAA x"], "replace": "y",
    "service": "cron", "signal": "TERM", "src": "/work/src", "target": "/work/target", "text": "x", "timezone": "UTC",
    "types": "deb", "uris": ["http://packages.invalid"], "suites": ["stable"], "user": "nobody", "value": "1",
    "package": "x", "domain ": "", "keyring": "/work/ring", "svdir": "/work/sv", "sourcedir": "/work/sv",
}  # fmt: skip


LOCAL: dict[str, Callable[[Path], dict[str, Any]]] = {
    "files.put": lambda folder: {"src": str(folder / "file")},
    "files.sync": lambda folder: {"src": str(folder)},
    "files.template": lambda folder: {"src": str(folder / "file")},
    "files.unarchive": lambda folder: {"src": str(folder / "file.tar")},
    "server.script": lambda folder: {"src": str(folder / "file")},
    "server.script_template": lambda folder: {"src": str(folder / "file")},
}
"""What operations read on this machine."""

GLOBAL_ARGUMENTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "_chdir": lambda text: {"_chdir": text},
    "_doas_user": lambda text: {"_doas": True, "_doas_user": text},
    "_dzdo_user": lambda text: {"_dzdo": True, "_dzdo_user": text},
    "_env": lambda text: {"_env": {"NAME": text}},
    "_env with sudo": lambda text: {"_env": {"NAME": text}, "_sudo": True},
    "_env's name": lambda text: {"_env": {text: "value"}},
    "_shell_executable": lambda text: {"_shell_executable": text},
    "_su_shell": lambda text: {"_su_user": "root", "_su_shell": text},
    "_su_user": lambda text: {"_su_user": text},
    "_sudo_user": lambda text: {"_sudo": True, "_sudo_user": text},
}


@dataclass(frozen=True)
class Text:
    """A parameter that takes text: of what kind of thing, whose, its name, and how text is given to it."""

    kind: str
    owner: str
    parameter: str
    shape: str

    def __str__(self) -> str:
        return f"{self.owner}-{self.parameter}"

    def shaped(self, text: str) -> Any:
        return {"dict": {text: text}, "list": [text], "file": StringIO(text)}.get(self.shape, text)


def installed(kind: str) -> Iterator[tuple[str, Any]]:
    """Every operation or fact that is installed, by its public name."""
    for point in sorted(entry_points(group=f"pyinfra.{kind}s")):
        module = point.load()
        for name in sorted(getattr(module, "__all__", ())):
            value = getattr(module, name)
            is_fact = isinstance(value, type) and issubclass(value, FactBase) and not value.abstract
            if is_fact if kind == "fact" else hasattr(value, "_inner"):
                yield f"{point.name}.{name}", value


FACTS = dict(installed("fact"))
OPERATIONS = dict(installed("operation"))


def signature_of(kind: str, owner: str) -> dict[str, inspect.Parameter]:
    if kind == "operation":
        return dict(inspect.signature(OPERATIONS[owner]._inner).parameters)
    command = FACTS[owner].command
    return dict(inspect.signature(FACTS[owner]().command).parameters) if callable(command) else {}


def texts() -> Iterator[Text]:
    for kind, found in (("operation", OPERATIONS), ("fact", FACTS)):
        for owner in found:
            function = found[owner]._inner if kind == "operation" else found[owner].command
            hints = typing.get_type_hints(function) if callable(function) else {}
            for name, parameter in signature_of(kind, owner).items():
                shown = str(hints.get(name, ""))
                if "str" in shown and parameter.kind is not parameter.VAR_KEYWORD:
                    yield from (Text(kind, owner, name, shape) for shape in shapes_of(shown))


def everything() -> Iterator[Text]:
    yield from texts()
    yield from (Text("argument", "any", name, "text") for name in GLOBAL_ARGUMENTS)


def shapes_of(hint: str) -> list[str]:
    shapes = [shape for shape in ("list", "dict") if f"{shape}[str" in hint]
    rest = hint.replace("list[str]", "").replace("dict[str, str]", "")
    return [*shapes, "text"] if "str" in rest else shapes


class Anything(dict[Any, Any]):
    """A fact's value that has whatever is looked for in it."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: object) -> Any:
        return Anything(name="other")

    def get(self, key: object, default: Any = None) -> Any:
        return self[key]


THERE: dict[str, Any] = {
    "files.File": {"mode": 600, "user": "other", "group": "other", "size": 1, "mtime": None},
    "files.Directory": {"mode": 700, "user": "other", "group": "other", "size": 1, "mtime": None},
    "files.Link": {
        "link_target": "/work/other",
        "mode": 777,
        "user": "other",
        "group": "other",
        "mtime": None,
    },
    "files.FindInFile": ["x"],
    "files.Block": ["other"],
    "server.Which": "/usr/bin/x",
    "server.Os": "Linux",
}
FLAVOURS = ("absent", "files", "directories", "links", "anything")


class PermissiveHost(FakeHost):
    """A host that has an answer to every question.

    Attributes:
        flavour: what it answers: what facts say where there is nothing, that there are files, or anything at all.
    """

    flavour = "absent"

    def check_can_rsync(self) -> None:
        pass

    def get_fact(self, fact: Any, *args: Any, **kwargs: Any) -> Any:
        name = fact.name
        kinds = {"files": "files.File", "directories": "files.Directory", "links": "files.Link"}
        if self.flavour == "absent" or (name in kinds.values() and name != kinds.get(self.flavour)):
            return fact.default() if "fact" not in vars(fact) else None
        return THERE[name] if name in THERE else Anything()


def variants(parameters: dict[str, inspect.Parameter]) -> Iterator[dict[str, Any]]:
    """Arguments that send an operation along its other ways."""
    unsafe = {"interpolate_variables", "quote_path", "present"}
    flags = {name: one.default for name, one in parameters.items() if isinstance(one.default, bool)}
    yield {}
    yield {
        name: not value
        for name, value in flags.items()
        if name in ("present", "running", "managed", "mounted")
    }
    yield {name: not value for name, value in flags.items() if name not in unsafe}


def commands_of(text: Text, payload: str, folder: Path) -> Iterator[Any]:
    """Everything that a payload in this place makes an operation or fact want to run."""
    if text.kind == "argument":
        with suppress(PyinfraError, ValueError, TypeError):
            yield make_unix_command(StringCommand("true"), **GLOBAL_ARGUMENTS[text.parameter](payload))
        return
    parameters = signature_of(text.kind, text.owner)
    samples = {**SAMPLES, **LOCAL.get(text.owner, lambda _: {})(folder)}
    needed = [name for name, one in parameters.items() if one.default is one.empty and name in samples]
    wanted = [name for name, one in parameters.items() if one.default is None and name in samples]
    required = {name: samples[name] for name in needed}
    optional = {name: samples[name] for name in wanted}
    for more, variant in itertools.product(({}, optional), variants(parameters)):
        arguments = {**required, **more, **variant, text.parameter: text.shaped(payload)}
        if text.kind == "fact":
            with suppress(PyinfraError, ValueError, TypeError):
                yield FACTS[text.owner]().command(**arguments)
            continue
        for flavour in FLAVOURS:
            yield from commands_of_operation(text.owner, arguments, flavour)


def commands_of_operation(owner: str, arguments: dict[str, Any], flavour: str) -> Iterator[Any]:
    with on_fake_host() as host:
        host.__class__ = PermissiveHost
        host.flavour = flavour
        with suppress(PyinfraError, ValueError, TypeError, KeyError, AttributeError, OSError):
            yield from OPERATIONS[owner]._inner(**arguments)


def shell_code(command: Any) -> str | None:
    """Give what the host's shell gets; None for what no shell gets."""
    if isinstance(command, StringCommand):
        return command.get_raw_value()
    if isinstance(command, FileUploadCommand):
        return upload_code(command.dest)
    return command if isinstance(command, str) else None


def upload_code(dest: str) -> str:
    taken: list[str] = []

    def run_shell_command(command: StringCommand, **_: Any) -> tuple[bool, CommandOutput]:
        taken.append(command.get_raw_value())
        return True, CommandOutput([])

    put_file_by_stdin(
        typing.cast("Any", SimpleNamespace(run_shell_command=run_shell_command)), StringIO("x"), dest
    )
    return taken[0]


NO_ALARM = "trap 'exit 0' EXIT\n"
"""xargs would end at an exit code of 255."""

ALWAYS = [999998, 999999]

SLOW = ("apt-get", "apt-key", "curl", "gpg", "reboot", "shutdown", "sleep", "update-rc.d", "wget")
"""Tools that take long, or end the host; their arguments have been through the shell when they start."""

RUN = """
cd /work && ls /cases | xargs -P 2 -I % timeout -s KILL 2 {shell} /cases/% >/dev/null 2>&1
rm -rf /work/*; ls /pwned
"""


@pytest.fixture(scope="module")
def cases(tmp_path_factory) -> tuple[list[str], dict[int, Text]]:
    """The commands, and which place the number in a payload stands for."""
    folder = tmp_path_factory.mktemp("sources")
    for name in ("file", "file.tar"):
        (folder / name).write_text("x")
    found: dict[str, None] = {}
    places: dict[int, Text] = {}
    for text in everything():
        if (text.kind, text.owner, text.parameter) in IS_CODE:
            continue
        for payload in PAYLOADS:
            number = len(places)
            places[number] = text
            for command in commands_of(text, payload.format(number), folder):
                code = shell_code(command)
                if code is not None and "pwned" in code:
                    found[code] = None
    return list(found), places


def test_the_table_names_what_there_is():
    assert not IS_CODE.keys() - {(text.kind, text.owner, text.parameter) for text in everything()}


def pwned(host, shell: str, codes: list[str]) -> list[int]:
    """Run commands on a host, and give the numbers of those that got through."""
    host.reset()
    for name in ("work", "cases", "pwned"):
        (host.root / name).mkdir(mode=0o777)
    (host.root / "usr/bin/pwned").write_text('#!/bin/sh\n: > "/pwned/$1"\n')
    for name in SLOW:
        (host.root / "usr/local/sbin" / name).write_text("#!/bin/sh\n")
    host.exec("sh", "-c", "chmod 755 /usr/bin/pwned /usr/local/sbin/*")
    for number, code in enumerate(codes):
        (host.root / f"cases/{number}").write_text(f"{NO_ALARM}{code}", "utf-8", "surrogateescape")
    # That it would be seen is known from two that do get through, the first and the last of all.
    (host.root / "cases/00").write_text(f"pwned {ALWAYS[0]}")
    (host.root / "cases/zz").write_text(f"pwned {ALWAYS[1]}")
    done = host.exec("sh", "-c", RUN.format(shell=shell), timeout=150)
    numbers = sorted(map(int, done.stdout.split()))
    assert numbers[-2:] == ALWAYS, done.stderr
    return numbers[:-2]


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
def test_nothing_that_is_given_as_text_is_run(real_hosts, cases, shell):
    [host] = real_hosts(1)
    codes, places = cases
    assert len(codes) > 1000
    through = pwned(host, shell, codes)
    assert not through, [
        (str(places[number]), [code for code in codes if f" {number}" in code or f"}}{number}" in code][:2])
        for number in through
    ]
