"""Each distribution alone: with no more than it requires its modules are imported, and the example of its README runs.

Examples whose operations would change this machine, or need a network, are previewed on `@local`. `WAYS` has those that
run for real, and what the others need to be there.
"""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .conftest import HERE, ROOT, Venv, uv

ALONE = {
    f"pyinfra-{path.parent.name}": path.parent for path in sorted(ROOT.glob("packages/*/pyproject.toml"))
}
INSTALL = re.compile(r"^    pip install (pyinfra[a-z-]*(?: pyinfra[a-z-]+)*)", re.MULTILINE)
ALONE["pyinfra"] = ROOT
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
YAML = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)

LOAD = """
import importlib
for name in {modules!r}: importlib.import_module(name)
from pyinfra.plugins import registry
for plugin in registry.plugins(): registry.load(plugin)
print(len(registry.plugins()))
"""
# What the case in the test kit's README is about.
FACTS = """
from pyinfra.api import FactBase

class Sites(FactBase):
    def requires_command(self, root):
        return "nginx"
    def command(self, root):
        return f"ls -1 {root}/sites-enabled"
    def process(self, output):
        return sorted(output)
"""
OPERATIONS = """
from pyinfra.api import operation

@operation()
def site(name):
    yield f"enable {name}"
"""


# What the fake host of an example has seen.
SEEN = """
import io
from pyinfra.api import Config, Inventory, State
from pyinfra.api.connect import connect_all
state = State(Inventory((["@fake/web-1"], {})), Config())
connect_all(state)
host = state.inventory.get_host("@fake/web-1")
host.run_shell_command("nginx -t")
host.put_file(io.BytesIO(b"hello\\n"), "/etc/motd")
host.get_file("/var/log/nginx/error.log", io.BytesIO())
"""


@dataclass(frozen=True)
class Way:
    """How the example in a README is run.

    Attributes:
        program: what runs it; `{}` stands for its file.
        file: the file's name.
        told: what must be in the output.
        also: what is installed for it, beside what the README names.
        beside: local files that the example names; a number is that of a YAML block in the README.
        before: the code that the example goes on from.
    """

    program: tuple[str, ...] = ("pyinfra", "--dry", "@local", "{}")
    file: str = "example.py"
    told: str = ""
    also: tuple[str, ...] = ()
    beside: dict[str, str | int] = field(default_factory=dict)
    before: str = ""


PREVIEW = Way()
# A preview asks systemd, which need not run here.
WITH_SYSTEMD = 'web = [("@fake/web-1", {"fake_responses": {"command -v systemctl": "/bin/systemctl"}})]\n'
WAYS = {
    "pyinfra": Way(
        ("pyinfra", "--yes", "inventory.py", "{}"),
        beside={"inventory.py": WITH_SYSTEMD, "templates/nginx.conf.j2": "user www-data;\n"},
    ),
    "pyinfra-core": Way(("python", "{}"), told="@local"),
    "pyinfra-cli": Way(("pyinfra", "{}", "debug-inventory"), told="web-2.example.com"),
    "pyinfra-connector-ssh": Way(("pyinfra", "{}", "debug-inventory"), told="web-2"),
    "pyinfra-connector-fake": Way(("pyinfra", "-vvv", "{}", "exec", "--", "cat", "/etc/motd"), told="world"),
    "pyinfra-docs": Way(("pyinfra-docs", "."), told="pages in site"),
    "pyinfra-facts-server": Way(("pyinfra", "--yes", "@local", "{}")),
    "pyinfra-ops-files": Way(beside={"templates/site.conf.j2": "listen {{ port }};\n"}),
    "pyinfra-ops-server": Way(beside={"keys/kevin.pub": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA kevin\n"}),
    "pyinfra-ops-systemd": Way(
        ("pyinfra", "--yes", "inventory.py", "{}"),
        also=("pyinfra-connector-fake",),
        beside={"inventory.py": WITH_SYSTEMD},
    ),
    "pyinfra-testkit": Way(
        ("python", "-m", "pytest", "{}"),
        file="test_nginx.py",
        told="2 passed",
        beside={
            "cases/facts/nginx.Sites/two_enabled.yaml": 0,
            "cases/operations/nginx.site/enabled.yaml": "args: [shop]\ncommands: [enable shop]\n",
            "pyinfra/facts/nginx.py": FACTS,
            "pyinfra/operations/nginx.py": OPERATIONS,
        },
    ),
}
# What a README shows after its first example; those of the test kit's are run by its own tests.
FURTHER = {
    "pyinfra": Way(("pyinfra", "{}", "debug-inventory"), told="web-2.example.net"),
    "pyinfra-connector-fake": Way(("python", "{}"), before=SEEN),
}


def modules_of(wheels: Path, name: str) -> list[str]:
    (wheel,) = wheels.glob(f"{name.replace('-', '_')}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        files = [file for file in archive.namelist() if file.endswith(".py")]
    unfit = ("__main__.py", "pytest_plugin.py")
    return sorted(
        file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for file in files
        # Found only where the folder of that name has lost its files.
        if not file.endswith(unfit) and file != "pyinfra.py"
    )


def requirements_of(environment: Venv, name: str) -> set[str]:
    """All of ours that a distribution requires, with those that they require."""
    code = (
        "import re, sys; from importlib.metadata import requires\n"
        "def every(name):\n"
        "    own = {re.match(r'[a-z-]+', line)[0] for line in requires(name) or () if 'extra ==' not in line}\n"
        "    own = {one for one in own if one.startswith('pyinfra')}\n"
        "    return own.union(*map(every, own))\n"
        "print(*every(sys.argv[1]))"
    )
    return set(environment.run("python", "-c", code, name).stdout.split())


@pytest.fixture(scope="module", params=ALONE)
def alone(request, make_venv) -> tuple[str, Venv]:
    return request.param, make_venv(f"{request.param}==3.11.0")


def test_it_works_with_no_more_than_it_requires(alone, wheels):
    name, environment = alone
    ours = {one for one in environment.distributions() if one.startswith("pyinfra")}
    assert ours == {name, *requirements_of(environment, name)}
    uv("pip", "check", "--python", environment.python)
    code = LOAD.format(modules=modules_of(wheels, name))
    if "pyinfra-core" not in ours:
        code = code.partition("from pyinfra.plugins")[0]
    done = environment.run("python", "-W", "error", "-c", code)
    assert done.returncode == 0, done.stderr


def test_the_example_of_its_readme_runs(alone, tmp_path):
    name, environment = alone
    readme = (ALONE[name] / "README.md").read_text()
    named = {package for line in INSTALL.findall(readme) for package in line.split()}
    assert name in named, "the README does not say how to install it"
    way = WAYS.get(name, PREVIEW)
    if more := sorted(named.union(way.also) - environment.distributions()):
        environment.install(*more)
    write_example(readme, way, tmp_path)
    assert_runs(environment, way, tmp_path)
    further = PYTHON.findall(readme)[1:]
    if name == "pyinfra-testkit":
        return
    assert len(further) == (name in FURTHER), "a further example is not tried"
    for code in further:
        (tmp_path / FURTHER[name].file).write_text(FURTHER[name].before + code)
        assert_runs(environment, FURTHER[name], tmp_path)


def assert_runs(environment: Venv, way: Way, folder: Path) -> None:
    program, *words = (way.file if word == "{}" else word for word in way.program)
    done = environment.run(program, *words, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert way.told in done.stdout + done.stderr


def write_example(readme: str, way: Way, folder: Path) -> None:
    if way is WAYS["pyinfra-docs"]:
        shutil.copytree(HERE / "acme", folder, dirs_exist_ok=True)
        return
    code = PYTHON.findall(readme)[0]
    if "_sudo=True" in code and not can_sudo():
        pytest.skip("sudo is not there, or asks for a password")
    (folder / way.file).write_text(code)
    for file, content in way.beside.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(YAML.findall(readme)[content] if isinstance(content, int) else content)


@functools.cache
def can_sudo() -> bool:
    return bool(shutil.which("sudo")) and subprocess.run(["sudo", "-n", "true"], check=False).returncode == 0
