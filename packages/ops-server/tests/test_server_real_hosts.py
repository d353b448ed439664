"""Operations on a real host, checked on its own file system."""

from __future__ import annotations

from io import StringIO

import pytest
from pyinfra.api import HiddenValue, MaskString
from pyinfra.operations import server
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

HASH = "$6$salt$2N.fkmzn4ygJ5HmEwVnqWhAFg3kOJU6WkMX6DXOvEX0r"

INIT_SCRIPT = """\
#!/bin/sh
### BEGIN INIT INFO
# Provides: demo
### END INIT INFO
case $1 in
start) touch /run/demo ;;
stop) rm /run/demo ;;
status) test -e /run/demo || exit 3 ;;
esac
"""


def line_of(ssh_host, file, name):
    lines = (ssh_host.root / "etc" / file).read_text().splitlines()
    return next((line.split(":") for line in lines if line.startswith(f"{name}:")), None)


def test_a_user_with_all_there_is(ssh_host):
    def deploy():
        server.group(name="group", group="ops", gid=777)
        server.user(
            name="user",
            user="john.doe",
            home="/srv/john's home",
            shell="/bin/dash",
            group="ops",
            groups=["users", "adm"],
            uid=4242,
            comment="John 'Jo' Doe",
            create_home=True,
            password=HASH,
            public_keys=["ssh-ed25519 AAAA john@home", r'command="printf a\n" ssh-rsa BB+/='],
        )

    assert assert_idempotent(ssh_host, deploy, SUDO=True).changed == ["group", "user"]

    assert line_of(ssh_host, "group", "ops")[2] == "777"
    assert line_of(ssh_host, "passwd", "john.doe")[2:] == [
        "4242",
        "777",
        "John 'Jo' Doe",
        "/srv/john's home",
        "/bin/dash",
    ]
    assert line_of(ssh_host, "shadow", "john.doe")[1] == HASH
    assert set(ssh_host.exec("id", "-Gn", "john.doe").stdout.split()) == {"ops", "users", "adm"}
    keys = ssh_host.root / "srv/john's home/.ssh/authorized_keys"
    assert (
        keys.read_text().split("\n", 1)[1]
        == 'ssh-ed25519 AAAA john@home\ncommand="printf a\\n" ssh-rsa BB+/=\n'
    )
    assert oct(keys.stat().st_mode)[-3:] == "600"
    assert oct(keys.parent.stat().st_mode)[-3:] == "700"
    assert keys.stat().st_uid == 4242
    assert (keys.parent.parent / ".profile").exists()


def test_a_user_is_changed_where_it_differs(ssh_host):
    def make():
        server.user(name="ann", user="ann", groups=["users"], comment="Ann", shell="/bin/sh")

    def change():
        server.user(
            name="ann", user="ann", groups=["adm"], append=True, comment="", shell="/bin/bash", uid=5005
        )

    assert_idempotent(ssh_host, make, SUDO=True)
    assert_idempotent(ssh_host, change, SUDO=True)

    _, _, uid, _, *rest = line_of(ssh_host, "passwd", "ann")
    assert [uid, *rest] == ["5005", "", "/home/ann", "/bin/bash"]
    assert {"users", "adm"} <= set(ssh_host.exec("id", "-Gn", "ann").stdout.split())


@pytest.mark.parametrize("secret", [MaskString, HiddenValue])
def test_a_secret_password_is_in_no_process_list(ssh_host, secret):
    # Each command line that a shell of the host starts is noted.
    for tool in ("useradd", "chpasswd", "usermod"):
        path = ssh_host.exec("sh", "-c", f"command -v {tool}").stdout.strip()
        ssh_host.exec("mv", path, f"{path}.real")
        wrapper = f'#!/bin/sh\ncat /proc/[0-9]*/cmdline >> /tmp/seen\nexec {path}.real "$@"\n'
        (ssh_host.root / path.lstrip("/")).write_text(wrapper)
        ssh_host.exec("chmod", "755", path)

    def deploy():
        server.user(name="ann", user="ann", password=secret(HASH), ensure_home=False)

    assert_idempotent(ssh_host, deploy, SUDO=True)

    assert line_of(ssh_host, "shadow", "ann")[1] == HASH
    seen = (ssh_host.root / "tmp/seen").read_bytes()
    assert b"useradd" in seen
    assert HASH.encode() not in seen


def test_users_and_groups_are_removed(ssh_host):
    ssh_host.exec("sh", "-ec", "useradd -m ann; groupadd ops")

    def deploy():
        server.user(name="user", user="ann", present=False)
        server.group(name="group", group="ops", present=False)

    assert_idempotent(ssh_host, deploy, SUDO=True)

    assert line_of(ssh_host, "passwd", "ann") is None
    assert line_of(ssh_host, "group", "ops") is None


def test_keys_that_are_not_asked_for_go(ssh_host):
    file = ssh_host.root / "home/deploy/.ssh/authorized_keys"
    own_key = file.read_text().strip()
    file.write_text(f"{own_key}\nssh-rsa AAAA old@key")

    def deploy():
        keys = [own_key, "ssh-rsa BBBB new@key"]
        server.user_authorized_keys(name="keys", user="deploy", public_keys=keys, delete_keys=True)

    assert_idempotent(ssh_host, deploy, SUDO=True)

    assert file.read_text().splitlines() == [own_key, "ssh-rsa BBBB new@key"]


def test_a_key_is_added_to_a_file_without_a_last_newline(ssh_host):
    file = ssh_host.root / "home/deploy/.ssh/authorized_keys"
    own_key = file.read_text().strip()
    file.write_text(own_key)

    assert_idempotent(
        ssh_host,
        lambda: server.user_authorized_keys(name="keys", user="deploy", public_keys="ssh-rsa B"),
        SUDO=True,
    )

    assert file.read_text().splitlines() == [own_key, "ssh-rsa B"]


def test_keys_of_nobody_fail(ssh_host):
    result = run_deploy(
        ssh_host,
        lambda: server.user_authorized_keys(name="keys", user="nobody.there", public_keys="k"),
        SUDO=True,
    )

    assert "the host has no user 'nobody.there'" in result.failed["keys"]


def test_a_script_gets_its_arguments_as_they_are(ssh_host):
    script = StringIO('#!/bin/sh\nprintf "<%s>" "$@" > /tmp/said\n')

    result = run_deploy(
        ssh_host, lambda: server.script(name="script", src=script, args=["a b", "$(id)", "it's", "-x"])
    )

    assert not result.failed
    assert (ssh_host.root / "tmp/said").read_text() == "<a b><$(id)><it's><-x>"


def test_a_shell_command_that_fails_is_a_failure(ssh_host):
    assert list(run_deploy(ssh_host, lambda: server.shell(name="shell", commands=["true", "false"])).failed)


def test_a_port_is_waited_for(ssh_host):
    listener = "(sleep 1; exec busybox nc -l -p 4433) > /dev/null 2>&1 &"

    def deploy():
        server.shell(name="listen", commands=[listener])
        server.wait(name="wait", port=4433, _timeout=30)

    result = run_deploy(ssh_host, deploy)

    assert not result.failed
    assert "waiting for port 4433" in result.outputs["wait"]


def test_a_port_that_only_begins_alike_is_not_it(ssh_host):
    def deploy():
        server.shell(name="listen", commands=["busybox nc -l -p 4433 > /dev/null 2>&1 &"])
        server.wait(name="wait", port=443, _timeout=3)

    assert "wait" in run_deploy(ssh_host, deploy).failed


def test_a_service_of_whatever_init_system_the_host_has(ssh_host):
    script = ssh_host.root / "etc/init.d/demo"
    script.write_text(INIT_SCRIPT)
    script.chmod(0o755)

    assert_idempotent(ssh_host, lambda: server.service(name="service", service="demo"), SUDO=True)
    assert (ssh_host.root / "run/demo").exists()

    assert_idempotent(
        ssh_host, lambda: server.service(name="service", service="demo", running=False), SUDO=True
    )
    assert not (ssh_host.root / "run/demo").exists()


def test_a_host_is_rebooted_and_waited_for(ssh_host):
    (ssh_host.root / "tmp/before").write_text("")

    def deploy():
        server.shell(name="before", commands=["cut -d' ' -f22 /proc/1/stat"])
        server.reboot(name="reboot", delay=1, reboot_timeout=60)
        server.shell(name="after", commands=["cut -d' ' -f22 /proc/1/stat"])

    result = run_deploy(ssh_host, deploy, user="root")

    assert not result.failed
    assert result.outputs["before"] != result.outputs["after"]


def test_a_host_that_does_not_reboot_fails(ssh_host):
    result = run_deploy(ssh_host, lambda: server.reboot(name="reboot", delay=0, reboot_timeout=2))

    assert "has not been started anew" in result.failed["reboot"]


def test_a_host_that_does_not_come_back_fails(ssh_host):
    ssh_host.exec("sh", "-ec", "printf '#!/bin/sh\\nkill -9 $(pidof sshd)\\n' > /usr/local/sbin/reboot")
    ssh_host.exec("chmod", "755", "/usr/local/sbin/reboot")

    result = run_deploy(
        ssh_host, lambda: server.reboot(name="reboot", delay=2, reboot_timeout=5), user="root"
    )

    assert "did not come back within 5 seconds" in result.failed["reboot"]


def test_settings(ssh_host):
    def deploy():
        server.timezone(name="timezone", timezone="Europe/Vienna")
        server.hostname(name="hostname", hostname="web-7.example.com")
        server.etc_hosts(name="etc_hosts", ip="10.1.2.3", hostnames=["db.internal", "db"])
        server.locale(name="locale", locale="fr_FR.UTF-8")
        server.security_limit(name="limit", domain="*", limit_type="soft", item="nofile", value=4096)

    changed = assert_idempotent(ssh_host, deploy, SUDO=True).changed

    assert set(changed) == {"timezone", "hostname", "etc_hosts", "locale", "limit"}
    etc = ssh_host.root / "etc"
    assert (etc / "localtime").readlink().as_posix() == "/usr/share/zoneinfo/Europe/Vienna"
    assert (etc / "timezone").read_text() == "Europe/Vienna\n"
    assert ssh_host.exec("hostname").stdout == (etc / "hostname").read_text() == "web-7.example.com\n"
    assert (etc / "hosts").read_text().splitlines()[-1] == "10.1.2.3 db.internal db"
    assert "fr_FR.utf8" in ssh_host.exec("locale", "-a").stdout.split()
    assert (etc / "security/limits.conf").read_text().splitlines()[-1].split() == [
        "*",
        "soft",
        "nofile",
        "4096",
    ]


def test_a_file_system_is_mounted_changed_and_unmounted(ssh_host):
    path = "/mnt/my data; id"
    ssh_host.exec("mkdir", path)

    def is_mounted():
        return path in ssh_host.exec("findmnt", "-no", "TARGET", "-t", "tmpfs").stdout.splitlines()

    def mount(**arguments):
        server.mount(name="mount", path=path, device="my disk", fs_type="tmpfs", **arguments)

    assert_idempotent(ssh_host, lambda: mount(options=["size=64k"]), SUDO=True)
    assert is_mounted()
    assert_idempotent(ssh_host, lambda: mount(options=["size=128k", "ro"]), SUDO=True)
    assert "size=128k" in ssh_host.exec("findmnt", "-no", "OPTIONS", path).stdout
    assert_idempotent(ssh_host, lambda: mount(mounted=False), SUDO=True)
    assert not is_mounted()
