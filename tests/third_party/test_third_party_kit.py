"""What the test kit gives authors, used by somebody who has our wheels and nothing else of ours."""

from __future__ import annotations

import pytest

FACTS = '''
from pyinfra.api import FactBase, QuoteString, StringCommand

__all__ = ["Settings"]

class Settings(FactBase):
    """The settings in a file, as `cat` prints them."""

    default = dict

    def command(self, path):
        return StringCommand("! test -e", QuoteString(path), "|| cat", QuoteString(path))

    def process(self, output):
        return dict(line.split("=", 1) for line in output if line)
'''
OPERATIONS = '''
from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from acme_settings.facts.settings import Settings

__all__ = ["setting"]

@operation()
def setting(path, key, value):
    """Have a setting in a file."""
    if host.get_fact(Settings, path=path).get(key) == value:
        host.noop(f"{key} is {value}")
        return
    yield StringCommand("echo", QuoteString(f"{key}={value}"), ">", QuoteString(path))

@operation()
def careless(path):
    """Add to a file, whatever is in it."""
    yield StringCommand("echo more >>", QuoteString(path))
'''
TESTS = '''
from pathlib import Path

import pytest
from acme_settings.facts.settings import Settings
from acme_settings.operations import settings
from pyinfra_testkit.cases import fact_tests, operation_tests
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true
from pyinfra_testkit.fakes import on_fake_host

CASES = Path(__file__).parent / "cases"

test_facts = fact_tests(CASES / "facts", "acme_settings.facts")
test_operations = operation_tests(CASES / "operations", "acme_settings.operations")


def test_on_a_fake_host():
    with on_fake_host({"settings.Settings": {"path=/etc/acme": {}}}) as host:
        commands = [str(command) for command in settings.setting._inner("/etc/acme", "colour", "it's blue")]
    assert commands == ["""echo 'colour=it'"'"'s blue' > /etc/acme"""]


def have(folder):
    return lambda: settings.setting(name="colour", path=str(folder / "acme"), key="colour", value="blue")


def test_here(tmp_path):
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    assert assert_preview_true("@local", have(tmp_path / "first"), root=tmp_path).paths == ["first/acme"]
    assert_idempotent("@local", have(tmp_path / "second"))


def test_careless_is_found_out(tmp_path):
    with pytest.raises(AssertionError):
        assert_idempotent("@local", lambda: settings.careless(str(tmp_path / "acme")))


def test_on_a_real_host(ssh_host):
    def code():
        settings.setting("/srv/acme", "colour", "blue", _sudo=True)

    assert assert_preview_true(ssh_host, code).paths == ["srv/acme"]
    ssh_host.reset()
    assert_idempotent(ssh_host, code)
'''
CASE = """
args: [/etc/acme, colour, blue]
facts:
  settings.Settings: {path=/etc/acme: {colour: red}}
commands: [echo colour=blue > /etc/acme]
"""


@pytest.fixture(scope="module")
def author(environment, write_wheel, tmp_path_factory):
    """The folder of an author's tests, whose package is installed beside our test kit."""
    files = {
        "acme_settings/__init__.py": "",
        "acme_settings/facts/__init__.py": "",
        "acme_settings/facts/settings.py": FACTS,
        "acme_settings/operations/__init__.py": "",
        "acme_settings/operations/settings.py": OPERATIONS,
    }
    points = {
        "facts": ["settings = acme_settings.facts.settings"],
        "operations": ["settings = acme_settings.operations.settings"],
    }
    wheel = write_wheel("acme-settings", "1.0", files, points, "Requires-Dist: pyinfra-core>=3.11\n")
    folder = tmp_path_factory.mktemp("author")
    environment.install("pyinfra-testkit==3.11.0", "pyinfra-connector-ssh==3.11.0", wheel, cwd=folder)
    (folder / "test_settings.py").write_text(TESTS)
    operation = folder / "cases/operations/settings.setting/another.yaml"
    operation.parent.mkdir(parents=True)
    operation.write_text(CASE)
    (folder / "acme").write_text("colour=blue\npassword=hunter22\nurl=https://me:hunter23@example.com/\n")
    fact = folder / "cases/facts/settings.Settings/recorded.yaml"
    fact.parent.mkdir(parents=True)
    fact.write_text(f"arg: [{folder}/acme]\n")
    return folder


def test_what_a_host_prints_is_recorded_without_its_secrets(environment, author):
    command = ("python", "-m", "pytest", "-p", "no:cacheprovider", "-k", "recorded")
    assert "`pytest --record` fills them in" in environment.run(*command, cwd=author).stdout
    environment.passes(*command, "--record", cwd=author)
    recorded = (author / "cases/facts/settings.Settings/recorded.yaml").read_text()
    assert "colour=blue" in recorded
    assert "hunter" not in recorded
    assert "password=*MASKED*" in recorded
    environment.passes(*command, cwd=author)


@pytest.mark.real_hosts
@pytest.mark.usefixtures("real_hosts")
def test_cases_and_hosts(environment, author):
    told = environment.passes(
        *("python", "-m", "pytest", "-p", "no:cacheprovider", "-k", "not recorded"), cwd=author
    )
    assert " 5 passed" in told
