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
