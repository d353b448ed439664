"""Dependencies point one way: all use core's public modules, and what else their pyproject declares."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
# Where a distribution's import package has another name.
IMPORTED_AS = {"griffelib": "griffe", "pyyaml": "yaml", "typing-extensions": "typing_extensions"}
# What core asks for at run time where a caller needs it: nothing of core needs it to be installed.
AT_RUN_TIME = {
    "pyinfra.api.util": {"jinja2"},
    "pyinfra.operations.util._rpm": {"pyinfra.operations.files", "pyinfra.facts.rpm"},
}
# For type checkers alone.
NO_MODULES = {"_typeshed", "__future__"}
# Modules of the library of any Python that is supported: tomllib is in it from 3.11 on.
LIBRARY = sys.stdlib_module_names | {"tomllib"}
# Core requires it for whoever writes types in terms of core's.
FROM_CORE = {"typing_extensions"}


@dataclass
class Package:
    """One folder of packages/."""

    folder: Path
    name: str = ""
    requires: set[str] = field(default_factory=set)
    modules: dict[str, Path] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Package:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        required = [re.split(r"[^\w-]", line, maxsplit=1)[0].lower() for line in project["dependencies"]]
        modules = {}
        for path in sorted((folder / "src").glob("*/**/*.py")):
            parts = path.relative_to(folder / "src").with_suffix("").parts
            modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        return cls(folder, project["name"], set(required), modules)


PACKAGES = {
    package.name: package
    for package in (Package.read(path.parent) for path in sorted(ROOT.glob("packages/*/pyproject.toml")))
}


def owner_of(name: str) -> tuple[str, str] | None:
    """The package that has what is imported, and the module: the longest name that is one."""
    while name:
        for package in PACKAGES.values():
            if name in package.modules:
                return package.name, name
        name = name.rpartition(".")[0]
    return None


def all_required_by(name: str) -> set[str]:
    """The packages of this repository that one may use: what it requires, and what that requires."""
    found = {name}
    waiting = [name]
    while waiting:
        for other in PACKAGES[waiting.pop()].requires & set(PACKAGES) - found:
            found.add(other)
            waiting.append(other)
    return found


def imports(code: str, module: str, is_package: bool) -> Iterator[str]:
    """Each full name that a module imports, also in functions and by `import_module("…")`."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                kept = parts[: len(parts) - node.level + is_package]
                base = ".".join([*kept, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func)
            if called.endswith("import_module") and isinstance(node.args[0].value, str):
                yield node.args[0].value


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def problems(package: Package, module: str, code: str, is_package: bool) -> Iterator[str]:
    declared = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in package.requires}
    usable = all_required_by(package.name)
    for name in imports(code, module, is_package):
        top = name.partition(".")[0]
        if name in AT_RUN_TIME.get(module, ()) or top in NO_MODULES or top in LIBRARY:
            continue
        found = owner_of(name)
        if found is None:
            if top not in declared | FROM_CORE:
                yield f"{module} imports {name}, which {package.name} does not require"
            continue
        if found[0] not in usable:
            yield f"{module} imports {name} of {found[0]}, which {package.name} does not require"
        if found[0] != package.name and any(map(is_private, name.split("."))):
            yield f"{module} imports {name}, which is private to {found[0]}"


@pytest.mark.parametrize("package", PACKAGES.values(), ids=lambda package: package.name)
def test_imports_keep_to_the_layers(package):
    found = [
        problem
        for module, path in package.modules.items()
        for problem in problems(package, module, path.read_text("utf-8"), path.name == "__init__.py")
    ]
    assert found == []


def test_nothing_is_required_in_a_circle():
    circles = [
        name
        for name, package in PACKAGES.items()
        if any(name in all_required_by(other) for other in package.requires & set(PACKAGES))
    ]
    assert circles == []


def test_core_requires_no_package():
    assert all_required_by("pyinfra-core") == {"pyinfra-core"}
    assert PACKAGES["pyinfra-core"].requires.isdisjoint({"click", "rich", "paramiko", "jinja2"})


def test_what_is_asked_for_at_run_time_still_is():
    for module, names in AT_RUN_TIME.items():
        path = PACKAGES["pyinfra-core"].modules[module]
        assert names <= set(imports(path.read_text("utf-8"), module, is_package=False))


@pytest.mark.parametrize(
    ("package", "code", "told"),
    [
        ("pyinfra-core", "import click", "does not require"),
        ("pyinfra-core", "from pyinfra.operations import files", "does not require"),
        ("pyinfra-core", "from ..facts.server import Home", "does not require"),
        ("pyinfra-core", "from importlib import import_module\nimport_module('rich')", "does not require"),
        ("pyinfra-facts-server", "def f():\n    import pyinfra.facts.files", "does not require"),
        ("pyinfra-ops-apt", "from pyinfra._engine.engine import Engine", "private"),
        ("pyinfra-ops-apt", "from pyinfra._engine import engine", "private"),
        ("pyinfra-ops-apt", "from pyinfra.connectors._process import run_process", "private"),
        ("pyinfra-ops-apt", "from pyinfra.facts.files._file import File", "private"),
        ("pyinfra-ops-apt", "from pyinfra.api.util import _sha1", "private"),
    ],
)
def test_a_breach_is_seen(package, code, told):
    module = "pyinfra.api.example" if package == "pyinfra-core" else "pyinfra.facts.example"
    (problem,) = problems(PACKAGES[package], module, code, is_package=False)
    assert told in problem


@pytest.mark.parametrize(
    ("package", "code"),
    [
        ("pyinfra-ops-apt", "from pyinfra.facts.server import Which"),
        ("pyinfra-ops-apt", "from pyinfra.operations import files"),
        ("pyinfra-ops-apt", "from pyinfra.operations.util.packaging import ensure_packages"),
        ("pyinfra-ops-apt", "from ._command import noninteractive_apt"),
        ("pyinfra-cli", "import click, json"),
    ],
)
def test_what_is_declared_may_be_used(package, code):
    assert list(problems(PACKAGES[package], "pyinfra.facts.apt.example", code, is_package=False)) == []


CONTRACT = """
[[tool.importlinter.contracts]]
name = "{name}"
type = "forbidden"
source_modules = {sources}
forbidden_modules = {forbidden}
allow_indirect_imports = {indirect}
"""


def faces(package: Package) -> list[str]:
    """The modules below which a package has everything: no other package has one below them."""
    others = {name for other in PACKAGES.values() if other is not package for name in other.modules}

    def shared(name: str) -> bool:
        return any(other.startswith(f"{name}.") for other in others)

    return sorted(
        name
        for name in package.modules
        if not shared(name) and (shared(name.rpartition(".")[0]) or "." not in name)
    )


def contracts() -> str:
    packages = sorted({name.partition(".")[0] for package in PACKAGES.values() for name in package.modules})
    core = PACKAGES["pyinfra-core"]
    private = sorted(name for name in core.modules if name.rpartition(".")[2].startswith("_"))
    lines = [f"[tool.importlinter]\nroot_packages = {packages}\ninclude_external_packages = true\n"]
    for package in PACKAGES.values():
        usable = all_required_by(package.name)
        forbidden = sorted(
            name for other in PACKAGES.values() if other.name not in usable for name in faces(other)
        )
        if forbidden:
            lines.append(contract(f"{package.name} uses what it requires", faces(package), forbidden, False))
        if package is not core:
            lines.append(contract(f"{package.name} uses what core shows", faces(package), private, True))
    libraries = ["click", "jinja2", "paramiko", "rich"]
    lines.append(contract("core uses no library of the others", faces(core), libraries, False))
    return "".join(lines)


def contract(name: str, sources: list[str], forbidden: list[str], indirect: bool) -> str:
    return CONTRACT.format(
        name=name, sources=sources, forbidden=forbidden, indirect="true" if indirect else "false"
    )


@pytest.fixture
def merged(tmp_path):
    spec = importlib.util.spec_from_file_location("typecheck", ROOT / "tools" / "typecheck.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    tool.merge(tmp_path)
    (tmp_path / "pyproject.toml").write_text(contracts(), encoding="utf-8")
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--config", "pyproject.toml", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_import_linter_keeps_the_layers(merged):
    done = lint(merged)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: \d+ kept, 0 broken", done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "code", "broken"),
    [
        ("api/host.py", "import pyinfra.facts.server", "pyinfra-core uses what it requires"),
        ("_engine/pool.py", "import rich", "core uses no library of the others"),
        (
            "facts/server/__init__.py",
            "import pyinfra.facts.files",
            "pyinfra-facts-server uses what it requires",
        ),
        ("facts/apt/__init__.py", "import pyinfra._engine.order", "pyinfra-ops-apt uses what core shows"),
    ],
)
def test_import_linter_sees_a_breach(merged, module, code, broken):
    with (merged / "pyinfra" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{code}\n")
    done = lint(merged)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(rf"{re.escape(broken)}\W+BROKEN", done.stdout), done.stdout
