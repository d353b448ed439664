"""Which host keys are accepted, and what becomes of known_hosts."""

from __future__ import annotations

import base64
import concurrent.futures
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paramiko.transport import Transport
from pyinfra.api.exceptions import ConnectError
from pyinfra.connectors.ssh._host_keys import HostKey, HostKeyPolicy
from pyinfra.connectors.ssh._known_hosts import append_key, find_entries, hashed_name, known_name, parse_lines

OFFERED = (
    *Transport._preferred_keys,
    *(f"{name}-cert-v01@openssh.com" for name in Transport._preferred_keys),
)


def key(seed: str, key_type: str = "ssh-ed25519") -> HostKey:
    body = seed.encode().ljust(32, b".")
    name = key_type.encode()
    return HostKey(key_type, len(name).to_bytes(4, "big") + name + len(body).to_bytes(4, "big") + body)


def line(names: str, shown: HostKey, marker: str = "") -> str:
    return f"{marker} {names} {shown.key_type} {base64.b64encode(shown.key).decode()}".strip() + "\n"


OLD, NEW, OTHER = key("old"), key("new"), key("rsa", "ssh-rsa")


@pytest.fixture
def policy(tmp_path: Path) -> Callable[..., HostKeyPolicy]:
    def make(
        text: str | None = None, strict: str = "accept-new", name: str = "box", **more: Any
    ) -> HostKeyPolicy:
        file = tmp_path / "ssh" / "known_hosts"
        if text is not None:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        return HostKeyPolicy(
            **{"name": name, "bare_name": "box", "files": (file,), "user_files": 1, "strict": strict, **more}
        )

    return make


Make = Callable[..., HostKeyPolicy]


@pytest.mark.parametrize("strict", ["accept-new", "ask", "no", "off", "yes"])
@pytest.mark.parametrize(
    "text",
    [
        line("box", OLD),
        line("other,box,third", OLD),
        line("B?X", OLD),
        line("*", OLD),
        line(hashed_name("box"), OLD),
        line("box", OTHER) + line("box", OLD),
        "# comment\n\nnonsense\nbox ssh-ed25519 not-base64!\n" + line("box", OLD),
        line("box", OLD).replace("\n", " and a comment\n"),
        line("box", NEW, "@revoked") + line("box", OLD),
    ],
)
def test_a_known_key_is_accepted_in_silence(policy: Make, strict: str, text: str, caplog: Any) -> None:
    made = policy(text, strict)

    made.check(OLD)

    assert made.files[0].read_text() == text
    assert caplog.records == []


def test_a_new_hosts_key_is_appended_and_said_so(policy: Make, caplog: Any) -> None:
    made = policy(prefix="[box] ")

    made.check(NEW)

    assert made.files[0].read_text() == line("box", NEW)
    assert made.files[0].stat().st_mode & 0o777 == 0o600
    assert made.files[0].parent.stat().st_mode & 0o777 == 0o700
    assert (
        f"[box] the ssh-ed25519 key {NEW.fingerprint} of box is new: added to {made.files[0]}" in caplog.text
    )
    made.check(NEW)
    assert made.files[0].read_text() == line("box", NEW)


@pytest.mark.parametrize(
    "before", [line("else", OLD), line("else", OLD).rstrip("\n"), "# only\n", "broken line"]
)
def test_no_line_is_rewritten(policy: Make, before: str) -> None:
    made = policy(before)

    made.check(NEW)

    assert made.files[0].read_text() == before.rstrip("\n") + "\n" + line("box", NEW)


def test_a_name_is_hashed_where_asked(policy: Make) -> None:
    made = policy(hashed=True)

    made.check(NEW)

    assert made.files[0].read_text().startswith("|1|")
    assert [entry.key for entry in find_entries(made.files, "box")] == [NEW.key]


@pytest.mark.parametrize("strict", ["accept-new", "ask", "yes"])
@pytest.mark.parametrize("text", [line("box", OLD), line(hashed_name("box"), OLD), line("box", OTHER)])
def test_a_changed_key_is_refused(policy: Make, strict: str, text: str) -> None:
    made = policy(text, strict)

    with pytest.raises(ConnectError) as caught:
        made.check(NEW)

    assert str(caught.value).startswith("host key changed: box shows the ssh-ed25519 key SHA256:")
    assert f"{made.files[0]}:1" in str(caught.value)
    assert "ssh-keygen -R box" in str(caught.value)
    assert made.files[0].read_text() == text


@pytest.mark.parametrize("strict", ["ask", "yes"])
def test_an_unknown_key_is_refused_where_strict(policy: Make, strict: str) -> None:
    made = policy(None, strict)

    with pytest.raises(ConnectError, match=r"host key unknown: box .* which is not in .*known_hosts"):
        made.check(NEW)

    assert not made.files[0].exists()


@pytest.mark.parametrize("strict", ["no", "off"])
@pytest.mark.parametrize(("text", "what"), [(None, "unknown"), (line("box", OLD), "changed")])
def test_all_is_accepted_with_a_warning_where_checking_is_off(
    policy: Make, strict: str, text: str | None, what: str, caplog: Any
) -> None:
    made = policy(text, strict)

    made.check(NEW)

    assert what in caplog.text
    assert made.files[0].exists() == (text is not None)


@pytest.mark.parametrize("strict", ["accept-new", "no", "yes"])
def test_a_revoked_key_is_never_accepted(policy: Make, strict: str) -> None:
    made = policy(line("box", OLD) + line("*", OLD, "@revoked"), strict)

    with pytest.raises(ConnectError, match=r"host key revoked: .*known_hosts:2 revokes"):
        made.check(OLD)


def test_an_authority_is_no_host(policy: Make) -> None:
    made = policy(line("box", OLD, "@cert-authority"), "yes")

    with pytest.raises(ConnectError, match="host key unknown"):
        made.check(OLD)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [(line("[box]:2222", OLD), True), (line("box", OLD), True), (line("[box]:22", OLD), False)],
)
def test_ports(policy: Make, text: str, accepted: bool) -> None:
    made = policy(text, "yes", "[box]:2222")

    if accepted:
        made.check(OLD)
    else:
        with pytest.raises(ConnectError, match="host key unknown"):
            made.check(OLD)


def test_another_port_may_have_another_key(policy: Make) -> None:
    made = policy(line("box", OLD), "accept-new", "[box]:2222")

    made.check(NEW)

    assert made.files[0].read_text() == line("box", OLD) + line("[box]:2222", NEW)


def test_an_unwritable_file_is_a_warning(policy: Make, tmp_path: Path, caplog: Any) -> None:
    (tmp_path / "file").touch()
    made = policy(files=(tmp_path / "file" / "known_hosts",))

    made.check(NEW)

    assert "could not be added" in caplog.text


def test_no_file_at_all(policy: Make, caplog: Any) -> None:
    policy(files=(), user_files=0).check(NEW)

    assert "there is no file to add it to" in caplog.text


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", ("ssh-ed25519", "ecdsa-sha2-nistp256")),
        (line("box", OTHER), ("rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519")),
        (line("box", key("e", "ecdsa-sha2-nistp384")), ("ecdsa-sha2-nistp384", "ssh-ed25519")),
        (line("box", OTHER, "@revoked"), ("ssh-ed25519", "ecdsa-sha2-nistp256")),
        (line("*", OLD, "@cert-authority"), ("ssh-ed25519-cert-v01@openssh.com",)),
    ],
)
def test_known_key_types_are_asked_for_first(policy: Make, text: str, first: tuple[str, ...]) -> None:
    found = policy(text).algorithms(OFFERED)

    assert found[: len(first)] == first
    assert set(found) >= set(Transport._preferred_keys)


def test_certificates_are_not_asked_for_without_an_authority(policy: Make) -> None:
    assert not [name for name in policy(line("box", OLD)).algorithms(OFFERED) if "cert" in name]


def test_many_runs_append_at_once(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"

    def add(number: int) -> None:
        append_key(file, f"host{number % 10}", "ssh-ed25519", NEW.key)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(100)))

    entries = list(parse_lines(file.read_text(), "known_hosts"))
    assert sorted(entry.names for entry in entries) == [f"host{number}" for number in range(10)]


def test_a_key_that_another_run_added_meanwhile_is_compared(
    policy: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = policy(line("box", OLD))
    monkeypatch.setattr(HostKeyPolicy, "_find", lambda self, name: [])

    with pytest.raises(ConnectError, match="host key changed"):
        made.check(NEW)


_hosts = st.sampled_from(["box", "Box.Example.com", "10.0.0.1", "fe80::1"])
_patterns = st.lists(
    st.sampled_from(
        ["box", "*.example.com", "!box", "10.0.0.?", "[box]:2222", "[*]:2222", "[10.0.0.1]:22", "*"]
    ),
    min_size=1,
    max_size=3,
    unique=True,
)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
@settings(max_examples=40, deadline=None)
@given(lines=st.lists(_patterns, min_size=1, max_size=4), host=_hosts, port=st.sampled_from([22, 2222]))
def test_ssh_keygen_finds_the_same_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[list[str]], host: str, port: int
) -> None:
    file = tmp_path_factory.mktemp("known") / "known_hosts"
    real = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHFbgV9/CWC3u4nWLNMX7v6yx8vpKXsdZpqDJwlfgYfA"
    file.write_text("".join(f"{','.join(names)} {real}\n" for names in lines))
    name = known_name(host, port)

    done = subprocess.run(["ssh-keygen", "-F", name, "-f", file], capture_output=True, text=True, check=False)

    theirs = [int(found) for found in re.findall(r"found: line (\d+)", done.stdout)]
    ours = sorted(int(entry.where.rsplit(":", 1)[1]) for entry in find_entries([file], name))
    assert ours == theirs


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_names_that_ssh_keygen_hashed_are_found(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    real = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHFbgV9/CWC3u4nWLNMX7v6yx8vpKXsdZpqDJwlfgYfA"
    file.write_text(f"box {real}\n[box]:2222 {real}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", file], check=True, capture_output=True)

    assert "box" not in file.read_text()
    assert len(find_entries([file], "box")) == 1
    assert len(find_entries([file], "[box]:2222")) == 1
    assert find_entries([file], "other") == []


# -- certificates: made by ssh-keygen, as users make them ---------------------------------------------------------


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory, ssh_keygen: Callable[..., Path]) -> Path:
    return ssh_keygen(tmp_path_factory.mktemp("authority") / "ca", "ed25519")


@pytest.fixture
def certified(tmp_path: Path, authority: Path, ssh_keygen: Callable[..., Path]) -> Callable[..., HostKey]:
    """A host key of a type with a certificate made with options of ssh-keygen."""

    def make(*options: str, key_type: str = "ed25519") -> HostKey:
        pair = ssh_keygen(tmp_path / f"host_{key_type}", key_type)
        command = ["ssh-keygen", "-q", "-s", authority, "-I", "id", *options, f"{pair}.pub"]
        subprocess.run(command, check=True)
        name, blob = Path(f"{pair}.pub").read_text().split()[:2]
        certificate = Path(f"{pair}-cert.pub").read_text().split()[1]
        return HostKey(name, base64.b64decode(blob), base64.b64decode(certificate))

    return make


@pytest.fixture
def trusting(policy: Make, authority: Path) -> HostKeyPolicy:
    public = Path(f"{authority}.pub").read_text().split()
    return policy(f"@cert-authority box {public[0]} {public[1]}\n", "yes")


@pytest.mark.parametrize("key_type", ["ed25519", "ecdsa", "rsa"])
def test_a_certificate_of_a_known_authority(
    trusting: HostKeyPolicy, certified: Callable[..., HostKey], key_type: str
) -> None:
    trusting.check(certified("-h", "-n", "box,else", key_type=key_type))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("-h", "-n", "else"), "it is for else"),
        (("-h",), "it is for no name"),
        (("-n", "box"), "it is a user's"),
        (("-h", "-n", "box", "-V", "-2w:-1w"), "it is not valid now"),
        (("-h", "-n", "box", "-V", "+1w:+2w"), "it is not valid now"),
        (("-h", "-n", "box", "-O", "critical:foo=bar"), "critical options"),
    ],
)
def test_a_certificate_that_proves_nothing(
    trusting: HostKeyPolicy,
    certified: Callable[..., HostKey],
    options: tuple[str, ...],
    why: str,
    caplog: Any,
) -> None:
    with pytest.raises(ConnectError, match="host key unknown"):
        trusting.check(certified(*options))

    assert why in caplog.text


def test_a_certificate_of_another_authority(
    policy: Make, certified: Callable[..., HostKey], tmp_path: Path, ssh_keygen: Callable[..., Path]
) -> None:
    public = Path(f"{ssh_keygen(tmp_path / 'wrong', 'ed25519')}.pub").read_text().split()
    made = policy(f"@cert-authority * {public[0]} {public[1]}\n", "yes")

    with pytest.raises(ConnectError, match="host key unknown"):
        made.check(certified("-h", "-n", "box"))


def test_a_changed_certificate_is_not_believed(
    trusting: HostKeyPolicy, certified: Callable[..., HostKey], caplog: Any
) -> None:
    shown = certified("-h", "-n", "bog")
    assert shown.certificate is not None
    forged = HostKey(shown.key_type, shown.key, shown.certificate.replace(b"bog", b"box"))

    with pytest.raises(ConnectError, match="host key unknown"):
        trusting.check(forged)

    assert "signature is wrong" in caplog.text


def test_a_revoked_authority(policy: Make, authority: Path, certified: Callable[..., HostKey]) -> None:
    public = Path(f"{authority}.pub").read_text().split()[:2]
    made = policy(f"@cert-authority * {' '.join(public)}\n@revoked * {' '.join(public)}\n")

    with pytest.raises(ConnectError, match="host key revoked"):
        made.check(certified("-h", "-n", "box"))
