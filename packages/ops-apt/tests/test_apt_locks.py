import pytest
from pyinfra.api import OperationError, OperationValueError, StringCommand
from pyinfra.connectors.util import CommandOutput, OutputLine
from pyinfra.operations.apt import _command

HELD = [
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (apt-get)",
    "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?",
]
HELD_OLD = ["E: Could not get lock /var/lib/apt/lists/lock - open (11: Resource temporarily unavailable)"]
HELD_GERMAN = [
    "E: Sperre /var/lib/dpkg/lock-frontend konnte nicht bekommen werden. Sie wird von Prozess 4711 gehalten."
]
HELD_DPKG = ["dpkg: error: dpkg frontend lock was locked by another process with pid 4711"]
NOT_ROOT = [
    "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)",
    "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?",
]
WAITED = [
    "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1 (apt)"
]


def output(lines):
    return CommandOutput([OutputLine("stderr", line) for line in lines])


@pytest.mark.parametrize("lines", [HELD, HELD_OLD, HELD_GERMAN, HELD_DPKG])
def test_a_held_lock(lines):
    assert _command.lock_holder(output(lines)) == lines[0].removeprefix("E: ")


@pytest.mark.parametrize("lines", [[], NOT_ROOT, WAITED, ["E: Unable to locate package nope"]])
def test_another_failure(lines):
    assert _command.lock_holder(output(lines)) is None


class Host:
    """Answers each command with the next of some answers, but `sleep`, which takes no time here."""

    name, print_prefix = "web", "[web] "

    def __init__(self, *answers, data=None):
        self.answers, self.data, self.commands, self.arguments = list(answers), data or {}, [], []

    def run_shell_command(self, command, **arguments):
        self.commands.append(str(command))
        self.arguments.append(arguments)
        if str(command).startswith("sleep"):
            return True, CommandOutput([])
        done, lines = self.answers.pop(0)
        return done, output(lines)


class State:
    print_input = print_output = False


def test_it_runs_again_until_the_lock_is_free():
    host = Host((False, HELD), (False, HELD_OLD), (True, []))
    done, _ = _command.LockedCommand("apt-get", "install", "tree").execute(State(), host, {"_sudo": True})
    assert done
    assert [command.split()[0] for command in host.commands] == [
        "apt-get",
        "sleep",
        "apt-get",
        "sleep",
        "apt-get",
    ]
    assert host.arguments[0]["_sudo"] is True


def test_another_failure_is_not_repeated():
    host = Host((False, NOT_ROOT))
    done, found = _command.LockedCommand("apt-get").execute(State(), host, {})
    assert (done, found.stderr_lines, len(host.commands)) == (False, NOT_ROOT, 1)


@pytest.mark.parametrize(
    ("data", "arguments"), [({"apt_lock_timeout": 0}, {}), ({"apt_lock_timeout": 0.0}, {"_timeout": 9})]
)
def test_the_wait_ends(data, arguments):
    host = Host((False, HELD), data=data)
    with pytest.raises(
        OperationError,
        match=r"web: another process has held the lock for 0 seconds: .*4711.*apt_lock_timeout",
    ):
        _command.LockedCommand("apt-get").execute(State(), host, arguments)


def test_a_timeout_of_the_operation_bounds_the_wait(monkeypatch):
    times = iter([0.0, 1.0, 31.0])
    monkeypatch.setattr(_command.time, "monotonic", lambda: next(times))
    host = Host((False, HELD), (False, HELD))
    with pytest.raises(OperationError, match="for 30 seconds"):
        _command.LockedCommand("apt-get").execute(State(), host, {"_timeout": 30})


@pytest.mark.parametrize("limit", [-1, "60", True, None])
def test_the_limit_is_a_number(limit):
    with pytest.raises(OperationValueError, match="apt_lock_timeout must be a number of seconds"):
        _command.LockedCommand("apt-get").execute(State(), Host(data={"apt_lock_timeout": limit}), {})


LOST = [
    "W: Failed to fetch http://gone.example.com/dists/stable/InRelease  Could not resolve 'gone.example.com'",
    "W: Some index files failed to download. They have been ignored, or old ones used instead.",
]


def test_an_update_that_is_not_whole():
    host = Host((True, LOST))
    with pytest.raises(
        OperationError, match=r"web: apt-get update is not complete: Failed to fetch http://gone"
    ):
        _command.UpdateCommand("apt-get update").execute(State(), host, {"_env": {"A": "b"}})
    assert host.arguments[0]["_env"] == {"A": "b", "LC_ALL": "C"}


def test_an_update_with_other_warnings():
    host = Host((True, ["W: http://a.example.com: Key is stored in legacy trusted.gpg keyring"]))
    assert _command.UpdateCommand("apt-get update").execute(State(), host, {})[0]


def test_it_is_shown_as_it_is():
    assert _command.LockedCommand("apt-get", "update") == StringCommand("apt-get update")
