"""Crontabs of Debian's cron, read where it keeps them, on real hosts."""

from __future__ import annotations

import pytest
from pyinfra.api import OperationTypeError, OperationValueError
from pyinfra.operations import crontab, server
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

pytestmark = pytest.mark.real_hosts

SPOOL = "var/spool/cron/crontabs"


def table(ssh_host, user="root"):
    """The lines that cron runs for a user, without the three with which crontab says where they are from."""
    path = ssh_host.root / SPOOL / user
    return path.read_text().splitlines()[3:] if path.exists() else None


def left_behind(ssh_host):
    return [path.name for path in (ssh_host.root / "tmp").iterdir() if path.is_file()]


def test_an_entry_from_its_making_to_its_end(ssh_host):
    def have(**arguments):
        return lambda: crontab.crontab('echo it\'s 5% "$HOME"', name="entry", _sudo=True, **arguments)

    made = assert_preview_true(ssh_host, have(minute="*/5", cron_name="it's mine"))
    assert made.paths == [f"{SPOOL}/root"]
    assert table(ssh_host) == ["# pyinfra-name=it's mine", '*/5 * * * * echo it\'s 5% "$HOME"']
    assert (ssh_host.root / SPOOL / "root").stat().st_mode & 0o777 == 0o600
    assert_idempotent(ssh_host, have(hour=[1, 3], minute=0, cron_name="it's mine"))
    assert table(ssh_host)[-1] == '0 1,3 * * * echo it\'s 5% "$HOME"'
    assert_idempotent(ssh_host, have(special_time="@reboot"))
    assert table(ssh_host)[-1] == '@reboot echo it\'s 5% "$HOME"'
    assert_idempotent(ssh_host, have(present=False))
    assert "echo" not in "".join(table(ssh_host))
    assert not left_behind(ssh_host)


def test_of_another_user(ssh_host):
    def code():
        crontab.crontab("true", name="theirs", user="ask", minute=1, _sudo=True)
        crontab.crontab("true", name="own", minute=2)

    assert assert_idempotent(ssh_host, code).changed == ["theirs", "own"]
    assert table(ssh_host, "ask") == ["1 * * * * true"]
    assert table(ssh_host, "deploy") == ["2 * * * * true"]
    assert table(ssh_host) is None


def test_what_is_on_its_way_is_read_by_no_one_else(ssh_host):
    """The copy can't be looked at from outside in time: crontab's stand-in looks at it instead."""
    program = ssh_host.root / "usr/local/bin/crontab"
    program.write_text(
        '#!/bin/sh\ncase $1 in -l) ;; *) stat -c %a "$1" > /root/mode;; esac\nexec /usr/bin/crontab "$@"\n'
    )
    program.chmod(0o755)
    result = run_deploy(ssh_host, lambda: crontab.crontab("PASSWORD=x true", name="add", _sudo=True))
    assert (result.failed, (ssh_host.root / "root/mode").read_text()) == ({}, "600\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"user": "nobody-here"}, "nobody-here"),
        # Passes here, and is refused by crontab itself.
        ({"minute": "5-1/0"}, "can't install"),
    ],
)
def test_what_crontab_refuses_fails_and_leaves_nothing(ssh_host, arguments, says):
    ssh_host.exec("crontab", "-", input="1 2 3 4 5 mine\n")

    def code():
        crontab.crontab("true", name="add", _sudo=True, _ignore_errors=True, **arguments)
        server.shell("true", name="next")

    result = run_deploy(ssh_host, code)
    assert (list(result.failed), result.changed) == (["add"], ["next"])
    assert says in result.failed["add"]
    assert table(ssh_host) == ["1 2 3 4 5 mine"]
    assert not left_behind(ssh_host)


@pytest.mark.parametrize("folder", ["/var/spool/cron", "/tmp"])
def test_a_file_system_that_can_not_be_written(ssh_host, folder):
    ssh_host.exec("crontab", "-", input="1 2 3 4 5 mine\n")
    ssh_host.exec("sh", "-c", f"mount --bind {folder} {folder} && mount -o remount,bind,ro {folder}")

    def code():
        crontab.crontab("true", name="add", _sudo=True, _ignore_errors=True)
        crontab.crontab("mine", name="change", minute=9, _sudo=True, _ignore_errors=True)
        crontab.crontab("mine", name="remove", present=False, _sudo=True, _ignore_errors=True)
        server.shell("true", name="next")

    result = run_deploy(ssh_host, code)
    assert (list(result.failed), result.changed) == (["add", "change", "remove"], ["next"])
    assert all(f"{folder}/" in said for said in result.failed.values()), result.failed
    assert table(ssh_host) == ["1 2 3 4 5 mine"]
    assert not left_behind(ssh_host)


@pytest.mark.parametrize(("folder", "size"), [("/tmp", "4k"), ("/var/spool/cron/crontabs", "12k")])
def test_a_disk_with_room_for_a_part(ssh_host, folder, size):
    lines = [f"1 2 3 4 5 job {number} {'x' * 40}" for number in range(100)]
    ssh_host.check_output("sh", "-ec", "crontab -", input="\n".join([*lines, ""]))
    mount = f"cp -a {folder} /kept; mount -t tmpfs -o mode=1777,size={size} tmpfs {folder}"
    ssh_host.check_output("sh", "-ec", f"{mount}; cp -a /kept/. {folder}")
    attempts = {
        "add": {"command": "true"},
        "change": {"command": lines[0][10:], "minute": 9},
        "remove": {"command": lines[1][10:], "present": False},
    }

    def code():
        for name, arguments in attempts.items():
            crontab.crontab(name=name, _ignore_errors=True, **arguments)
        server.shell("true", name="next")

    result = run_deploy(ssh_host, code, user="root")
    assert (list(result.failed), result.changed) == (list(attempts), ["next"])
    assert ssh_host.check_output("crontab", "-l").splitlines()[-len(lines) :] == lines
    assert not left_behind(ssh_host)


BUSYBOX = """\
#!/bin/sh
cd /var/spool/cron/crontabs || exit 1
case $1 in
-l) exec cat root ;;
-r) rm -f root; exit ;;
-) ;;
*) exec < "$1" ;;
esac
if (: > root.new); then cat > root.new; mv root.new root; fi
exit 0
"""


@pytest.mark.parametrize("options", ["size=8k", "ro"])
def test_a_crontab_of_busybox_on_a_disk_that_takes_nothing(ssh_host, options):
    """Its crontab.c writes what it can to a new file, puts that in its place, and succeeds; so does the stand-in."""
    tool = ssh_host.root / "usr/local/bin/crontab"
    tool.write_text(BUSYBOX)
    tool.chmod(0o755)
    spool = "/var/spool/cron/crontabs"
    ssh_host.check_output("sh", "-ec", f"mount -t tmpfs -o size=8k tmpfs {spool}")
    lines = [f"1 2 3 4 5 job {number} {'x' * 40}" for number in range(65)]
    attempts = {
        "add": {"command": "true " + "y" * 200},
        "change": {"command": lines[64][10:], "minute": 9},
        "remove": {"command": lines[0][10:], "present": False},
    }

    def code(names):
        for name in names:
            crontab.crontab(name=name, _ignore_errors=True, **attempts[name])
        server.shell("true", name="next")

    # Without one, with one that has room for no second one beside it, and with one that can't be replaced.
    ssh_host.check_output("mount", "-o", f"remount,{options}", spool)
    long = {"command": "z" * 9000}
    result = run_deploy(ssh_host, lambda: crontab.crontab(name="new", **long), user="root")
    assert "crontab could not write all of it" in result.failed["new"]
    assert not (ssh_host.root / SPOOL / "root").exists()
    ssh_host.check_output("mount", "-o", "remount,rw", spool)
    ssh_host.check_output(
        "sh",
        "-c",
        f"cat > {spool}/root; head -c 4096 /dev/zero > {spool}/zero",
        input="\n".join([*lines, ""]),
    )
    ssh_host.check_output("mount", "-o", f"remount,{options}", spool)
    result = run_deploy(ssh_host, lambda: code(attempts), user="root")
    assert (list(result.failed), result.changed) == (list(attempts), ["next"])
    assert all("crontab could not write all of it" in said for said in result.failed.values())
    assert (ssh_host.root / SPOOL / "root").read_text().splitlines() == lines
    assert not left_behind(ssh_host)
    ssh_host.check_output("mount", "-o", "remount,rw,size=1m", spool)
    assert_idempotent(ssh_host, lambda: crontab.crontab(name="remove", **attempts["remove"]), user="root")
    assert_idempotent(ssh_host, lambda: crontab.crontab(name="add", **attempts["add"]), user="root")


def test_without_cron(ssh_host):
    (ssh_host.root / "usr/bin/crontab").unlink()
    result = run_deploy(ssh_host, lambda: crontab.crontab("true", name="add"))
    assert "crontab" in result.failed["add"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"command": ""}, "command must be one line that is not empty, not ''"),
        ({"command": "a\nb"}, r"command must be one line that is not empty, not 'a\nb'"),
        ({"cron_name": ""}, "cron_name must be one line that is not empty, not ''"),
        ({"user": ""}, "user must be one line that is not empty, not ''"),
        ({"minute": "a;b"}, "minute must be a time as crontab(5) has it"),
        ({"minute": [0, 60]}, "minute must be from 0 to 59, not [0, 60]"),
        ({"hour": True}, "hour must be a number, a str or a list of them, not True"),
        ({"special_time": "daily"}, "special_time must be @reboot, @daily or their like, not 'daily'"),
        ({"special_time": "@daily", "hour": 0}, "with '@daily', leave out hour"),
    ],
)
def test_bad_arguments(arguments, says):
    with pytest.raises((OperationTypeError, OperationValueError)) as raised:
        run_deploy("@local", lambda: crontab.crontab(**{"command": "true", **arguments}))
    assert says in str(raised.value)
