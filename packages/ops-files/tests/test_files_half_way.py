"""What fails half way is taken back where the next run would take it for done, or where it stood in the way of it."""

from __future__ import annotations

from io import StringIO

import pytest
from pyinfra.operations import files
from pyinfra_testkit.deploys import assert_idempotent, run_deploy
from pyinfra_testkit.failures import assert_fails

pytestmark = pytest.mark.real_hosts

TREE = """
cd /srv
umount tree/in 2> /dev/null || true
rm -rf tree outside
mkdir -p tree/in/deep tree/other "tree/it's"
touch tree/in/deep/a tree/other/b tree/.c outside
ln -s ../outside tree/link
chmod 700 tree tree/in outside
chown 4321:1234 tree tree/in/deep
mount -t tmpfs -o mode=700 tmpfs tree/in
touch tree/in/d
"""


def told(host, path="/srv"):
    script = 'find "$1" ! -name filled -exec stat -c "%n %a %U:%G %F" {} +'
    return sorted(host.check_output("sh", "-c", script, "sh", path).splitlines())


@pytest.mark.parametrize("fixture", ["ssh_host", "busybox_host"])
@pytest.mark.parametrize(
    "arguments", [{"mode": "755"}, {"user": "1", "group": "1"}, {"mode": "g+rwX", "user": "1"}]
)
def test_a_tree_of_which_a_part_can_not_be_changed(request, fixture, arguments):
    host = request.getfixturevalue(fixture)
    host.check_output("sh", "-ec", f"{TREE}mount -o remount,ro tree/in")
    before = host.check_output("stat", "-c", "%a %u:%g", "/srv/tree", "/srv/outside", "/srv/tree/in/d")

    def code():
        files.directory("/srv/tree", name="tree", recursive=True, **arguments)

    for _ in range(2):
        assert_fails(host, code, "Read-only file system", user="root")
        now = host.check_output("stat", "-c", "%a %u:%g", "/srv/tree", "/srv/outside", "/srv/tree/in/d")
        assert now == before
    host.check_output("mount", "-o", "remount,rw", "/srv/tree/in")
    assert_idempotent(host, code, user="root")
    modes = set(host.check_output("sh", "-c", "find /srv/tree ! -type l -exec stat -c %a {} +").split())
    assert modes <= {None: modes, "755": {"755"}, "g+rwX": {"770", "775", "664"}}[arguments.get("mode")]
    owners = set(host.check_output("sh", "-c", "find /srv/tree -exec stat -c %u {} +").split())
    assert owners == ({arguments["user"]} if "user" in arguments else {"0", "4321"})
    assert host.check_output("stat", "-c", "%a %u:%g", "/srv/outside") == before.splitlines()[1] + "\n"
    host.check_output("umount", "/srv/tree/in")


def test_a_tree_that_can_not_be_looked_into(ssh_host):
    ssh_host.check_output(
        "sh",
        "-ec",
        "mkdir -p /srv/tree/in; touch /srv/tree/in/a; chown -R deploy /srv/tree; chmod 0 /srv/tree",
    )
    assert_idempotent(ssh_host, lambda: files.directory("/srv/tree", mode="u=rwx", recursive=True))
    assert ssh_host.check_output("stat", "-c", "%a", "/srv/tree", "/srv/tree/in/a") == "700\n744\n"


@pytest.mark.parametrize(
    "code",
    [
        lambda path: files.put(StringIO("x"), path, user="root"),
        lambda path: files.file(path, user="root"),
        lambda path: files.link(path, "x", user="root"),
    ],
)
def test_folders_that_could_not_be_given_to_their_owner(ssh_host, code):
    """With the owner of who made them, the next run would take them as they are."""
    ssh_host.check_output("mkdir", "-m", "777", "/srv/open")
    path = "/srv/open/made/for/it"
    assert_fails(ssh_host, lambda: code(path), "Operation not permitted", lambda: told(ssh_host))
    assert_idempotent(ssh_host, lambda: code(path), user="root")
    assert ssh_host.check_output("stat", "-c", "%U", "/srv/open/made/for") == "root\n"


@pytest.mark.parametrize("fixture", ["ssh_host", "busybox_host"])
def test_what_stood_in_the_way_of_what_can_not_be_made(request, fixture):
    host = request.getfixturevalue(fixture)
    make = "mkdir -p /srv/few; mount -t tmpfs -o nr_inodes=4,mode=755 tmpfs /srv/few; mkdir -p /srv/few/folder/in"
    host.check_output("sh", "-ec", f"{make}; echo kept > /srv/few/file")
    attempts = [
        lambda: files.file("/srv/few/folder", force=True),
        lambda: files.link("/srv/few/file", "x", force=True),
        lambda: files.directory("/srv/few/file", force=True),
        lambda: files.file("/srv/few/folder", force=True, force_backup_dir="/srv/few"),
    ]
    try:
        for code in attempts:
            assert_fails(host, code, "No space left", lambda: told(host), user="root")
    finally:
        host.check_output("umount", "/srv/few")


@pytest.mark.parametrize("fixture", ["ssh_host", "busybox_host"])
@pytest.mark.parametrize("size", ["60k", "200k"])
def test_a_tree_that_a_disk_has_no_room_for(request, fixture, size, tmp_path):
    """Of many files an archive is made, which is unpacked beside what it is for."""
    host = request.getfixturevalue(fixture)
    (tmp_path / "in").mkdir()
    for number in range(20):
        (tmp_path / "in" / str(number)).write_text("y" * 10_000)
    mount = f"mkdir -p /srv/small; mount -t tmpfs -o size={size},mode=755 tmpfs /srv/small; cd /srv/small"
    host.check_output(
        "sh", "-ec", f"{mount}; mkdir -m 755 in; for n in 1 2 3 4 5 old; do echo $n > in/$n; done"
    )
    host.check_output("chmod", "-R", "u=rwX,go=rX", "/srv/small")

    def code():
        files.sync(str(tmp_path), "/srv/small", name="sync", delete=True)

    def content():
        return host.check_output("sh", "-c", "cd /srv/small/in; ls -A . ..; md5sum *")

    try:
        for _ in range(2):
            assert_fails(host, code, "", content, user="root")
        host.check_output("mount", "-o", "remount,size=1m", "/srv/small")
        assert_idempotent(host, code, user="root")
    finally:
        host.check_output("umount", "/srv/small")


def test_a_link_of_a_tree_that_can_not_be_replaced(ssh_host, tmp_path):
    """In a folder with the sticky bit, who does not own a link can make another one, and not put it in its place."""
    for number in range(12):
        (tmp_path / str(number)).write_text("x")
    (tmp_path / "link").symlink_to("1")
    ssh_host.check_output(
        "sh", "-ec", "mkdir -m 1777 /srv/sticky; chown root /srv/sticky; ln -s 2 /srv/sticky/link"
    )
    mode = {"dir_mode": "1777"}
    failed = run_deploy(
        ssh_host, lambda: files.sync(str(tmp_path), "/srv/sticky", name="sync", **mode)
    ).failed
    assert "link" in failed["sync"]
    assert [path.name for path in (ssh_host.root / "srv/sticky").iterdir()] == ["link"]
