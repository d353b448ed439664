import pytest
from pyinfra.operations import gpg
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

pytestmark = pytest.mark.real_hosts

SOURCE = "/srv/testkit-repository/key.asc"


def fingerprints(host, path):
    listed = host.exec("gpg", "--show-keys", "--with-colons", path).stdout.splitlines()
    return [line.split(":")[9] for line in listed if line.startswith("fpr:")]


@pytest.mark.parametrize("dest", ["/etc/new folder/a $(id) 'b'.gpg", "/etc/apt/keyrings/plain.gpg"])
def test_a_key_from_a_file(ssh_host, dest):
    (wanted, *_) = fingerprints(ssh_host, SOURCE)
    assert_idempotent(ssh_host, lambda: gpg.key(name="key", src=SOURCE, dest=dest, mode="0640"), SUDO=True)
    assert fingerprints(ssh_host, dest)[0] == wanted
    assert b"BEGIN PGP" not in (ssh_host.root / dest.lstrip("/")).read_bytes()
    assert ssh_host.exec("stat", "-c", "%a", dest).stdout == "640\n"
    result = run_deploy(
        ssh_host, lambda: gpg.key(name="key", src=SOURCE, dest=dest, mode="0640", keyid=wanted), SUDO=True
    )
    assert (result.unchanged, result.failed) == (["key"], {})
    assert_idempotent(
        ssh_host, lambda: gpg.key(name="gone", dest=dest, keyid=f"0x{wanted[-16:]}", present=False), SUDO=True
    )
    assert not (ssh_host.root / dest.lstrip("/")).exists()


def test_a_keyring_that_lacks_the_key_is_replaced(ssh_host):
    (wanted, *_) = fingerprints(ssh_host, SOURCE)
    folder = ssh_host.root / "etc/apt/keyrings"
    folder.mkdir(exist_ok=True)
    (folder / "a.gpg").write_bytes(b"")
    assert_idempotent(
        ssh_host,
        lambda: gpg.key(name="key", src=SOURCE, dest="/etc/apt/keyrings/a.gpg", keyid=wanted),
        SUDO=True,
    )
    assert fingerprints(ssh_host, "/etc/apt/keyrings/a.gpg")[0] == wanted


def test_a_key_from_a_url(ssh_host):
    assert (
        ssh_host.exec("busybox", "httpd", "-p", "127.0.0.1:8080", "-h", "/srv/testkit-repository").returncode
        == 0
    )
    dest = "/etc/apt/keyrings/a.gpg"
    assert_idempotent(
        ssh_host, lambda: gpg.key(name="key", src="http://127.0.0.1:8080/key.asc", dest=dest), SUDO=True
    )
    assert fingerprints(ssh_host, dest) == fingerprints(ssh_host, SOURCE)
    assert temporary(ssh_host) == []


# In the place of a key server, of which there is none: what is received is the key in a file.
KEY_SERVER = f"""\
#!/bin/sh
case "$*" in
*--recv-keys*)
    [ ! -e /run/without-user-id ] || exit 0
    [ ! -e /run/unreachable ] && exec /usr/bin/gpg --batch --import {SOURCE}
    ;;
*--delete-keys*) : > /run/deleted; exec /usr/bin/gpg "$@" ;;
*--list-keys*) [ ! -e /run/deleted ] && exec /usr/bin/gpg "$@" ;;
*) exec /usr/bin/gpg "$@" ;;
esac
"""


def temporary(host):
    return [path.name for path in (host.root / "tmp").glob("pyinfra-*")]


@pytest.fixture
def key_server(ssh_host):
    program = ssh_host.root / "usr/local/bin/gpg"
    program.write_text(KEY_SERVER)
    program.chmod(0o755)
    return ssh_host.root / "run/unreachable"


def test_a_key_from_a_key_server(ssh_host, key_server):
    wanted = fingerprints(ssh_host, SOURCE)
    dest = "/etc/apt/keyrings/it's a.gpg"

    def code():
        gpg.key(name="key", keyserver="hkps://keys.example.com", keyid=f"0x{wanted[0]}", dest=dest)

    assert_idempotent(ssh_host, code, SUDO=True)
    assert fingerprints(ssh_host, dest) == wanted
    assert temporary(ssh_host) == []
    assert "gpg-agent" not in ssh_host.exec("ps", "-eo", "comm").stdout


def test_a_key_server_that_can_not_be_reached(ssh_host, key_server):
    key_server.write_text("")
    dest = "/etc/apt/keyrings/a.gpg"
    result = run_deploy(
        ssh_host,
        lambda: gpg.key(name="key", keyserver="hkps://keys.example.com", keyid="A" * 40, dest=dest),
        SUDO=True,
    )
    assert "key" in result.failed
    assert not (ssh_host.root / dest.lstrip("/")).exists()
    assert temporary(ssh_host) == []


def test_a_key_server_that_has_a_key_without_a_user_id(ssh_host, key_server):
    """As keys.openpgp.org gives them: gpg takes none of them, exports nothing, and succeeds."""
    key_server.with_name("without-user-id").write_text("")
    dest = ssh_host.root / "etc/apt/keyrings/a.gpg"
    dest.parent.mkdir(exist_ok=True)
    dest.write_bytes(b"old")
    result = run_deploy(
        ssh_host,
        lambda: gpg.key(
            name="key", keyserver="hkps://keys.example.com", keyid="A" * 40, dest="/etc/apt/keyrings/a.gpg"
        ),
        SUDO=True,
    )
    assert f"has no key {'A' * 40}" in result.failed["key"]
    assert dest.read_bytes() == b"old"
    assert temporary(ssh_host) == []


def test_a_keyring_that_can_not_be_listed_any_more_stays(ssh_host, key_server):
    """It may have other keys."""
    (keyid, *_) = fingerprints(ssh_host, SOURCE)
    dest = "/etc/apt/keyrings/a.gpg"
    ssh_host.check_output("sh", "-ec", f"mkdir -p /etc/apt/keyrings; gpg --dearmor -o {dest} {SOURCE}")
    result = run_deploy(
        ssh_host, lambda: gpg.key(name="gone", dest=dest, keyid=keyid, present=False), SUDO=True
    )
    assert "gone" in result.failed
    assert (ssh_host.root / dest.lstrip("/")).exists()


@pytest.mark.parametrize("name", ["a.pgp", "armored.gpg"])
def test_a_key_in_what_gpg_can_not_edit(ssh_host, name):
    (keyid, *_) = fingerprints(ssh_host, SOURCE)
    dest = f"/etc/{name}"
    ssh_host.check_output("cp", SOURCE, dest)
    result = run_deploy(
        ssh_host, lambda: gpg.key(name="gone", dest=dest, keyid=keyid, present=False), SUDO=True
    )
    assert "Cannot remove keys" in result.failed["gone"]
    assert fingerprints(ssh_host, dest)[0] == keyid
    others = run_deploy(
        ssh_host, lambda: gpg.key(name="gone", dest=dest, keyid="A" * 40, present=False), SUDO=True
    )
    assert (others.unchanged, others.failed) == (["gone"], {})


@pytest.mark.parametrize("src", [SOURCE, "http://127.0.0.1:8080/key.asc"])
def test_a_source_without_the_key(ssh_host, src):
    ssh_host.exec("busybox", "httpd", "-p", "127.0.0.1:8080", "-h", "/srv/testkit-repository")
    dest = ssh_host.root / "etc/apt/keyrings/a.gpg"
    dest.parent.mkdir(exist_ok=True)
    dest.write_bytes(b"old")
    result = run_deploy(
        ssh_host,
        lambda: gpg.key(name="key", src=src, dest="/etc/apt/keyrings/a.gpg", keyid="A" * 40),
        SUDO=True,
    )
    assert f"{src} on {ssh_host.name} has no key {'A' * 40}" in result.failed["key"]
    assert dest.read_bytes() == b"old"
    assert temporary(ssh_host) == []


def test_a_folder_in_the_place_of_the_keyring(ssh_host, caplog):
    def code():
        gpg.key(name="key", src=SOURCE, dest="/etc/apt", dearmor=False, _ignore_errors=True)

    before = sorted(path.name for path in (ssh_host.root / "etc/apt").iterdir())
    assert run_deploy(ssh_host, code, SUDO=True).failed
    assert f"dest must be a file, and /etc/apt on {ssh_host.name} is none" in caplog.text
    assert sorted(path.name for path in (ssh_host.root / "etc/apt").iterdir()) == before


def test_dearmor(ssh_host):
    dest = "/etc/apt/keyrings/a.gpg"
    assert_idempotent(ssh_host, lambda: gpg.dearmor(name="dearmor", src=SOURCE, dest=dest), SUDO=True)
    assert fingerprints(ssh_host, dest) == fingerprints(ssh_host, SOURCE)


def test_a_source_that_is_not_there(ssh_host):
    result = run_deploy(
        ssh_host, lambda: gpg.dearmor(name="dearmor", src="/no.asc", dest="/etc/a.gpg"), SUDO=True
    )
    assert "No such file" in result.failed["dearmor"]
    assert not (ssh_host.root / "etc/a.gpg").exists()
