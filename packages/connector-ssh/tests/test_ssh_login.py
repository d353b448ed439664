"""What is tried to log in, in which order, and what is said where nothing helps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko
import pytest
from pyinfra.api.exceptions import ConnectError
from pyinfra.connectors.ssh import SSHConnector

Make = Callable[..., SSHConnector]
Keygen = Callable[..., Path]


def fail(connector: Make, **data: Any) -> str:
    with pytest.raises(ConnectError) as caught:
        connector(**data).connect()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def accept(server: Any, path: Path) -> None:
    server.keys.add(paramiko.PKey.from_path(path).asbytes())


def test_the_named_key_is_tried_first_and_alone(
    scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path, agent: Any
) -> None:
    named = ssh_keygen(home / "named", "rsa")
    ssh_keygen(home / ".ssh" / "id_ed25519", "ed25519")
    agent.add(ssh_keygen(home / "other", "ecdsa"))
    accept(scripted, named)

    connector(**scripted.data(ssh_key=str(named), ssh_password="unused")).connect()

    assert scripted.attempts == ["key ssh-rsa"]


def test_all_else_follows_in_order(
    scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path, agent: Any
) -> None:
    agent.add(ssh_keygen(home / "held", "ecdsa"))
    ssh_keygen(home / ".ssh" / "id_ed25519", "ed25519")
    named = ssh_keygen(home / "named", "rsa")

    connector(**scripted.data(ssh_key=str(named), ssh_password="right")).connect()

    assert scripted.attempts == ["key ssh-rsa", "key ecdsa-sha2-nistp256", "key ssh-ed25519", "password"]


def test_a_password_without_a_key_is_tried_first(
    scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path
) -> None:
    ssh_keygen(home / ".ssh" / "id_ed25519", "ed25519")

    connector(**scripted.data(ssh_password="right")).connect()

    assert scripted.attempts == ["password"]


def test_configured_keys_come_before_the_agents(
    scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path, agent: Any
) -> None:
    configured = ssh_keygen(home / ".ssh" / "configured", "rsa")
    (home / ".ssh" / "config").write_text("IdentityFile ~/.ssh/missing\nIdentityFile ~/.ssh/configured\n")
    agent.add(ssh_keygen(home / "held", "ecdsa"))
    accept(scripted, configured)

    connector(**scripted.data()).connect()

    assert scripted.attempts == ["key ssh-rsa"]


def test_identities_only(scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path, agent: Any) -> None:
    ssh_keygen(home / ".ssh" / "configured", "rsa")
    (home / ".ssh" / "config").write_text("IdentityFile ~/.ssh/configured\nIdentitiesOnly yes\n")
    agent.add(ssh_keygen(home / "held", "ecdsa"))

    message = fail(connector, **scripted.data())

    assert scripted.attempts == ["key ssh-rsa"]
    assert "no key accepted" in message
    assert f"tried {home}/.ssh/configured" in message


@pytest.mark.parametrize(
    ("data", "attempts"),
    [
        ({}, ["key ecdsa-sha2-nistp256", "key ssh-ed25519"]),
        ({"ssh_allow_agent": False}, ["key ssh-ed25519"]),
        ({"ssh_look_for_keys": False}, ["key ecdsa-sha2-nistp256"]),
    ],
)
def test_agent_and_default_keys_can_be_left_out(
    scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path, agent: Any, data: Any, attempts: list[str]
) -> None:
    agent.add(ssh_keygen(home / "held", "ecdsa"))
    ssh_keygen(home / ".ssh" / "id_ed25519", "ed25519")

    fail(connector, **scripted.data(**data))

    assert scripted.attempts == attempts


def test_an_encrypted_key_that_the_agent_holds_needs_no_passphrase(
    scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path, agent: Any
) -> None:
    plain = ssh_keygen(home / "key", "ed25519")
    agent.add(plain)
    accept(scripted, plain)
    import subprocess

    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", plain], check=True, capture_output=True
    )

    connector(**scripted.data(ssh_key=str(plain))).connect()

    assert scripted.attempts == ["key ssh-ed25519"]


def test_a_relative_key_is_found_beside_the_deploy(
    scripted: Any, connector: Make, ssh_keygen: Keygen, tmp_path: Path
) -> None:
    accept(scripted, ssh_keygen(tmp_path / "key", "ed25519"))
    made = connector(**scripted.data(ssh_key="key"))
    made.state.cwd = str(tmp_path)

    made.connect()

    assert scripted.attempts == ["key ssh-ed25519"]


def test_keyboard_interactive_gets_the_password(scripted: Any, connector: Make) -> None:
    scripted.allowed = ["publickey", "keyboard-interactive"]
    scripted.prompts = [[("Password: ", False)], []]

    connector(**scripted.data(ssh_password="right")).connect()

    assert scripted.attempts == ["password", "keyboard-interactive"]
    assert scripted.answers == [["right"], []]


def test_a_further_question_does_not_get_the_password(scripted: Any, connector: Make) -> None:
    scripted.allowed = ["keyboard-interactive"]
    scripted.password = "123456"
    scripted.prompts = [[("Password: ", False)], [("Code: ", False)], [("Visible: ", True)]]

    message = fail(connector, **scripted.data(ssh_password="secret-word", ssh_look_for_keys=False))

    assert scripted.answers == [["secret-word"], [""], [""]]
    assert "secret-word" not in message


def test_a_wrong_password_is_tried_once(scripted: Any, connector: Make) -> None:
    scripted.allowed = ["publickey", "password", "keyboard-interactive"]

    message = fail(connector, **scripted.data(ssh_password="wrong-word"))

    assert scripted.attempts == ["password"]
    assert message.startswith("login refused: someone@127.0.0.1 port")
    assert "password not accepted" in message
    assert "wrong-word" not in message


def test_a_server_that_takes_no_passwords_says_so(scripted: Any, connector: Make) -> None:
    scripted.allowed = ["publickey"]

    message = fail(connector, **scripted.data(ssh_password="right"))

    assert "(it takes publickey)" in message


def test_key_and_then_password(scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path) -> None:
    key = ssh_keygen(home / "key", "ed25519")
    accept(scripted, key)
    scripted.allowed = ["publickey"]
    scripted.then = {"publickey": ["password"]}

    connector(**scripted.data(ssh_key=str(key), ssh_password="right")).connect()

    assert scripted.attempts == ["key ssh-ed25519", "password"]


def test_a_second_step_that_is_missing(
    scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path
) -> None:
    key = ssh_keygen(home / "key", "ed25519")
    accept(scripted, key)
    scripted.then = {"publickey": ["password"]}

    assert "a further login method is needed" in fail(connector, **scripted.data(ssh_key=str(key)))


def test_nothing_to_try(scripted: Any, connector: Make) -> None:
    message = fail(connector, **scripted.data())

    assert scripted.attempts == ["none"]
    assert "wants a key or password (it takes publickey, password) and there is none to try" in message


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda keygen, path: path, "the key file {path} does not exist; check ssh_key"),
        (lambda keygen, path: path.parent, "the key file {path.parent} can't be read: Is a directory"),
        (
            lambda keygen, path: keygen(path, "ed25519", "right"),
            "the key {path} is encrypted: set ssh_key_password",
        ),
    ],
)
def test_a_named_key_that_can_not_be_used_is_told_before_connecting(
    scripted: Any, connector: Make, ssh_keygen: Keygen, tmp_path: Path, make: Any, message: str
) -> None:
    path = tmp_path / "key"

    said = fail(connector, **scripted.data(ssh_key=str(make(ssh_keygen, path)), ssh_password="right"))

    assert said.startswith("login to 127.0.0.1 port")
    assert message.format(path=path) in said
    assert scripted.attempts == []


def test_a_bad_passphrase(scripted: Any, connector: Make, ssh_keygen: Keygen, tmp_path: Path) -> None:
    key = ssh_keygen(tmp_path / "key", "ed25519", "right one")

    message = fail(connector, **scripted.data(ssh_key=str(key), ssh_key_password="wrong one"))

    assert f"bad passphrase for the key {key}; check ssh_key_password" in message
    assert "wrong one" not in message


def test_a_default_key_that_can_not_be_used_is_told_in_the_end(
    scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path
) -> None:
    ssh_keygen(home / ".ssh" / "id_rsa", "rsa", "right one")

    assert f"the key {home}/.ssh/id_rsa is encrypted" in fail(connector, **scripted.data())


def test_paramikos_arguments_stand_above_all(
    scripted: Any, connector: Make, ssh_keygen: Keygen, home: Path
) -> None:
    key = ssh_keygen(home / "key", "ed25519")
    accept(scripted, key)

    connector(
        ssh_hostname="nowhere.invalid",
        ssh_port=1,
        ssh_paramiko_connect_kwargs={
            "hostname": "127.0.0.1", "port": scripted.port, "username": "someone", "key_filename": str(key),
            "disabled_algorithms": {"kex": ["mlkem768x25519-sha256"]}, "allow_agent": False, "look_for_keys": False,
        },
    ).connect()  # fmt: skip

    assert scripted.attempts == ["key ssh-ed25519"]


def test_a_key_object(scripted: Any, connector: Make) -> None:
    key = paramiko.ECDSAKey.generate()
    scripted.keys.add(key.asbytes())

    connector(**scripted.data(ssh_paramiko_connect_kwargs={"pkey": key})).connect()

    assert scripted.attempts == ["key ecdsa-sha2-nistp256"]


def test_paramiko_arguments_that_there_are_not(scripted: Any, connector: Make) -> None:
    message = fail(connector, **scripted.data(ssh_paramiko_connect_kwargs={"gss_auth": True}))

    assert message.startswith("ssh_paramiko_connect_kwargs: gss_auth can't be used (known: allow_agent,")


def test_nothing_is_sent_to_a_host_that_is_not_known(scripted: Any, connector: Make) -> None:
    message = fail(connector, **scripted.data(ssh_password="right", ssh_strict_host_key_checking="yes"))

    assert message.startswith("host key unknown:")
    assert scripted.attempts == []


def test_no_secret_in_any_log(scripted: Any, connector: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    scripted.password = "another"

    fail(connector, **scripted.data(ssh_password="s3cret-word", ssh_key_password="s3cret-phrase"))

    assert caplog.records
    assert "s3cret" not in caplog.text
