"""What a release consists of, and what comes of installing all or some of it."""

from __future__ import annotations

import re
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Found only where the folder of that name has lost its files.
STAND_IN = "pyinfra.py"
SHARED = {f"pyinfra/{name}__init__.py" for name in ("", "operations/", "facts/", "connectors/")}


class Wheel:
    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.names = set(archive.namelist())
            (metadata,) = (name for name in self.names if name.endswith(".dist-info/METADATA"))
            self.metadata = Parser().parsestr(archive.read(metadata).decode("utf-8"))
        self.name = self.metadata["Name"]
        self.code = {name for name in self.names if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def built(wheels):
    return [Wheel(path) for path in sorted(wheels.glob("*.whl"))]


def own(environment):
    return {name for name in environment.distributions() if name.startswith("pyinfra")}


def test_each_package_has_a_wheel(built):
    folders = [path.parent for path in ROOT.glob("packages/*/pyproject.toml")]
    assert len(built) == len(folders) + 1
    assert {"pyinfra", "pyinfra-core", "pyinfra-cli"} <= {wheel.name for wheel in built}


def test_all_have_one_version(built):
    assert {wheel.metadata["Version"] for wheel in built} == {"3.11.0"}


def test_they_require_each_other_in_that_version(built):
    others = [
        (wheel.name, line)
        for wheel in built
        for line in wheel.metadata.get_all("Requires-Dist", [])
        if line.startswith("pyinfra") and not re.match(r"pyinfra-[a-z-]+==3\.11\.0($|;| ;)", line)
    ]
    assert others == []


def test_the_root_has_no_code(built):
    (root,) = (wheel for wheel in built if wheel.name == "pyinfra")
    assert root.code == set()


def test_the_root_requires_all_but_what_extras_name(built):
    (root,) = (wheel for wheel in built if wheel.name == "pyinfra")
    lines = root.metadata.get_all("Requires-Dist")
    required = {line.partition("==")[0] for line in lines if "extra ==" not in line}
    extras = {line.partition("==")[0] for line in lines if "extra ==" in line}
    assert required | extras == {wheel.name for wheel in built} - {"pyinfra"}
    assert "pyinfra-testkit" in extras - required


def test_all_say_what_they_are(built):
    said = {
        wheel.name: (wheel.metadata["License-Expression"], bool(wheel.metadata["Summary"])) for wheel in built
    }
    assert {name: words for name, words in said.items() if words != ("MIT", True)} == {}
    assert [
        wheel.name for wheel in built if wheel.metadata["Description-Content-Type"] != "text/markdown"
    ] == []
    assert [wheel.name for wheel in built if wheel.name not in wheel.metadata.get_payload()] == []


def test_all_code_is_typed(built):
    def typed(name, wheel):
        folders = [parent.as_posix() for parent in Path(name).parents]
        return any(f"{folder}/py.typed" in wheel.code for folder in folders)

    untyped = {name for wheel in built for name in wheel.code if not typed(name, wheel)}
    assert untyped == {STAND_IN}


def test_only_core_has_what_packages_share(built):
    assert {wheel.name for wheel in built if wheel.code & SHARED} == {"pyinfra-core"}


def test_no_file_is_in_two_wheels(built):
    every = sorted(name for wheel in built for name in wheel.code)
    assert every == sorted(set(every))


def test_no_tests_are_shipped(built):
    extra = [
        name
        for wheel in built
        for name in wheel.names
        if re.search(r"(^|/)(tests?|cases/(facts|operations))/|(^|/)(test_[^/]*|conftest)\.py$", name)
    ]
    assert extra == []


def test_nothing_but_code_and_data_is_shipped(built):
    assert {Path(name).suffix for wheel in built for name in wheel.code} <= {
        ".py",
        ".typed",
        ".css",
        ".html",
        ".j2",
        ".js",
        ".json",
        ".sh",
        ".tmpl",
    }


def test_everything(make_venv):
    environment = make_venv("pyinfra==3.11.0")
    version = environment.pyinfra("--version")
    assert (version.returncode, "3.11.0" in version.stdout) == (0, True), version.stderr
    done = environment.pyinfra("@local", "exec", "--", "true")
    assert done.returncode == 0, done.stdout + done.stderr
    listed = environment.pyinfra("plugins")
    assert "broken" not in listed.stdout + listed.stderr
    assert {"pyinfra-ops-apt", "pyinfra-connector-ssh"} <= own(environment)
    assert "pyinfra-testkit" not in own(environment)


def test_everything_as_a_tool(install_tool):
    environment = install_tool("pyinfra==3.11.0")
    done = environment.pyinfra("@local", "exec", "--", "true")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def no_plugins(make_venv):
    environment = make_venv("pyinfra-cli")
    assert own(environment) == {"pyinfra-core", "pyinfra-cli"}
    assert environment.distributions().isdisjoint({"paramiko", "jinja2"})
    return environment


def test_a_command_without_plugins(no_plugins, tmp_path):
    done = no_plugins.pyinfra("--yes", "@local", "exec", "--", "touch", tmp_path / "made")
    assert (done.returncode, (tmp_path / "made").exists()) == (0, True), done.stderr


def test_a_deploy_without_plugins(no_plugins, tmp_path):
    (tmp_path / "deploy.py").write_text(
        "from pyinfra import host\n"
        "from pyinfra.operations import python\n"
        "def greet(word):\n"
        "    print(word, *host.run_shell_command('echo from sh')[1].stdout_lines)\n"
        "python.call(name='Greet', function=greet, word='hello')\n"
    )
    for _ in range(2):
        done = no_plugins.pyinfra("--yes", "@local", tmp_path / "deploy.py")
        assert done.returncode == 0, done.stderr
        assert "hello from sh\n" in done.stdout


@pytest.mark.parametrize("words", [("--help",), ("plugins", "--help"), ("@local", "exec", "--help")])
def test_help_without_plugins(no_plugins, words):
    done = no_plugins.pyinfra(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: pyinfra" in done.stdout


def test_plugins_are_found_that_are_not_installed(no_plugins):
    done = no_plugins.pyinfra("plugins", "search", "service-management")
    assert done.returncode == 0, done.stderr
    assert "pip install pyinfra-ops-systemd  [boot, service-management]" in done.stdout
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"operation", "fact"}


def test_what_is_not_installed_is_named(no_plugins):
    done = no_plugins.pyinfra("@local", "apt.packages", "x")
    assert done.returncode == 2
    assert "pyinfra.operations.apt is not installed: pip install pyinfra-ops-apt" in done.stderr
    assert "Traceback" not in done.stderr
    code = "try: from pyinfra.operations import apt\nexcept ModuleNotFoundError as error: print(error)"
    done = no_plugins.run("python", "-c", code)
    assert done.stdout == "pyinfra.operations.apt is not installed: pip install pyinfra-ops-apt\n"
    done = no_plugins.pyinfra("@ssh/example.invalid", "exec", "--", "true")
    assert done.returncode != 0
    assert "pip install pyinfra-connector-ssh" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_picked_brings_what_it_needs(make_venv):
    environment = make_venv("pyinfra-cli", "pyinfra-connector-ssh", "pyinfra-ops-apt")
    assert own(environment) == {
        "pyinfra-cli",
        "pyinfra-connector-ssh",
        "pyinfra-core",
        "pyinfra-facts-server",
        "pyinfra-ops-apt",
        "pyinfra-ops-files",
        "pyinfra-ops-gpg",
    }
    done = environment.run("python", "-c", "from pyinfra.operations import apt; print(apt.packages.__name__)")
    assert done.stdout == "packages\n", done.stderr
