import pytest
from pyinfra.api import OperationError, OperationValueError, StringCommand
from pyinfra.connectors.util import CommandOutput, OutputLine
from pyinfra.operations.apt import _command
from pyinfra.operations.apt._locks import held_lock

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


@pytest.mark.parametrize(
    ("lines", "path", "holder"),
    [
        (HELD, "/var/lib/dpkg/lock-frontend", "process 4711 (apt-get)"),
        (HELD_OLD, "/var/lib/apt/lists/lock", "another process"),
        (HELD_GERMAN, "/var/lib/dpkg/lock-frontend", "another process"),
        (HELD_DPKG, "/var/lib/dpkg/lock-frontend", "process 4711"),
    ],
)
def test_a_held_lock(lines, path, holder):
    lock = held_lock(output(lines))
    assert (lock.line, lock.paths[0], lock.holder) == (lines[0].removeprefix("E: "), path, holder)


@pytest.mark.parametrize("lines", [[], NOT_ROOT, WAITED, ["E: Unable to locate package nope"]])
def test_another_failure(lines):
    assert held_lock(output(lines)) is None


class Host:
    """Answers each command with the next of some answers, but `sleep`, which takes no time here.

    Whoever holds a lock is found out by a command that ends in a loop.
    """

    name, print_prefix = "web", "[web] "

    def __init__(self, *answers, data=None, holder=""):
        self.answers, self.data, self.commands, self.arguments = list(answers), data or {}, [], []
        self.holder, self.asked = holder, []

    def run_shell_command(self, command, **arguments):
        if str(command).endswith("done"):
            self.asked.append(str(command))
            return True, CommandOutput([OutputLine("stdout", self.holder)])
        self.commands.append(str(command))
        self.arguments.append(arguments)
        if str(command).startswith(("sleep", "find")):
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
@pytest.mark.parametrize(
    ("lines", "found", "holder"),
    [
        (HELD, "", r"process 4711 \(apt-get\) holds /var/lib/dpkg/lock-frontend"),
        (HELD_DPKG, "4711 aptitude", r"process 4711 \(aptitude\) holds /var/lib/dpkg/lock-frontend or /var"),
        (HELD_DPKG, "4711 ", r"process 4711 holds"),
        (HELD_OLD, "99 my (odd)\x1b apt", r"process 99 \(my \(odd\) apt\) holds /var/lib/apt/lists/lock"),
        (HELD_OLD, "", "another process holds /var/lib/apt/lists/lock"),
    ],
)
def test_the_wait_ends(data, arguments, lines, found, holder):
    host = Host((False, lines), data=data, holder=found)
    with pytest.raises(
        OperationError,
        match=rf"web: another process has held the lock for 0 seconds: {holder}.*apt_lock_timeout",
    ):
        _command.LockedCommand("apt-get").execute(State(), host, arguments)


def test_who_is_waited_for_is_told_at_first_when_it_changes_and_each_minute(monkeypatch, caplog):
    times = iter([0.0, 0.0, 2.0, 4.0, 30.0, 64.0])
    monkeypatch.setattr(_command.time, "monotonic", lambda: next(times))
    host = Host(
        *((False, lines) for lines in (HELD, HELD, HELD_DPKG, HELD_DPKG, HELD_DPKG)),
        (True, []),
        data={"apt_lock_timeout": 100},
        holder="4711 dpkg",
    )
    with caplog.at_level("WARNING", "pyinfra"):
        assert _command.LockedCommand("apt-get").execute(State(), host, {})[0]
    paths = "/var/lib/dpkg/lock-frontend or /var/lib/dpkg/lock"
    assert [record.getMessage() for record in caplog.records] == [
        "[web] waiting up to 100 seconds for process 4711 (apt-get), which holds /var/lib/dpkg/lock-frontend",
        f"[web] waiting up to 96 seconds for process 4711 (dpkg), which holds {paths}",
        f"[web] waiting up to 36 seconds for process 4711 (dpkg), which holds {paths}",
    ]
    assert len(host.asked) == 2


def test_messages_are_in_english_and_the_rest_of_the_locale_is_left_alone():
    host = Host((True, []), (True, []))
    _command.LockedCommand("apt-get").execute(State(), host, {"_env": {"LC_TIME": "C"}})
    _command.LockedCommand("apt-get").execute(State(), host, {"_env": {"LANGUAGE": "de"}})
    assert [arguments["_env"] for arguments in host.arguments] == [
        {"LANGUAGE": "en", "LC_TIME": "C"},
        {"LANGUAGE": "de"},
    ]


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
    assert host.arguments[0]["_env"] == {"A": "b", "LANGUAGE": "en", "LC_ALL": "C"}


def test_an_update_with_other_warnings():
    host = Host((True, ["W: http://a.example.com: Key is stored in legacy trusted.gpg keyring"]))
    assert _command.UpdateCommand("apt-get update").execute(State(), host, {})[0]


def test_it_is_shown_as_it_is():
    assert _command.LockedCommand("apt-get", "update") == StringCommand("apt-get update")
