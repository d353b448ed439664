"""ssh_config: what it says about a host. OpenSSH's own answer is asked for too, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyinfra.api.exceptions import ConnectError
from pyinfra.connectors.ssh._config import match_patterns, read_options, split_words

CASES_FOLDER = Path(__file__).parent / "cases"
CASES: dict[str, dict[str, Any]] = yaml.safe_load((CASES_FOLDER / "ssh_config.yaml").read_text())
ERRORS: dict[str, dict[str, Any]] = yaml.safe_load((CASES_FOLDER / "ssh_config_errors.yaml").read_text())


def write(home: Path, case: dict[str, Any]) -> None:
    files = {"~/.ssh/config": case["config"], **case.get("files", {})}
    for name, text in files.items():
        path = home / name.removeprefix("~/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize("name", CASES)
def test_options(home: Path, name: str) -> None:
    case = CASES[name]
    write(home, case)

    found = read_options(None, case["host"], case.get("user"), case.get("port"))

    wanted = {key: value.replace("~", str(home)) for key, value in case["options"].items()}
    assert {key: found.get(key) for key in wanted} == wanted
    assert {key: found.get(key) for key in case.get("absent", [])} == dict.fromkeys(case.get("absent", []))
    for key, values in case.get("lists", {}).items():
        assert found.lists[key] == [value.replace("~", str(home)) for value in values]


@pytest.mark.parametrize("name", ERRORS)
def test_errors(home: Path, name: str) -> None:
    write(home, ERRORS[name])

    with pytest.raises(ConnectError) as caught:
        read_options(None, "box")

    assert ERRORS[name]["message"] in str(caught.value)


def test_a_named_file_must_exist(home: Path) -> None:
    with pytest.raises(ConnectError, match=r"config file .*elsewhere can't be read: No such file"):
        read_options(str(home / "elsewhere"), "box")


def test_no_file_is_no_configuration(home: Path) -> None:
    assert read_options(None, "box").values == {"hostname": "box"}


def test_a_changed_file_is_read_again(home: Path) -> None:
    file = home / ".ssh" / "config"
    file.write_text("User one\n")
    assert read_options(None, "box").get("user") == "one"

    file.write_text("User another\n")

    assert read_options(None, "box").get("user") == "another"


# What OpenSSH prints of a host's options with -G, and what we call it.
_COMPARED = ("hostname", "user", "port", "connecttimeout", "identitiesonly", "proxyjump")


def asked_of_openssh(config: Path, case: dict[str, Any]) -> dict[str, str]:
    command = ["ssh", "-G", "-F", str(config), case["host"]]
    command += ["-l", case["user"]] if case.get("user") else []
    command += ["-p", str(case["port"])] if case.get("port") else []
    done = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


def assert_openssh_agrees(config: Path, case: dict[str, Any]) -> None:
    ours = read_options(str(config), case["host"], case.get("user"), case.get("port"))
    theirs = asked_of_openssh(config, case)
    for key in _COMPARED:
        if ours.get(key) is not None:
            assert theirs[key] == ours.get(key), key


@pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")
@pytest.mark.parametrize("name", [name for name in CASES if "include" not in name])
def test_openssh_reads_the_cases_alike(home: Path, name: str) -> None:
    write(home, CASES[name])

    assert_openssh_agrees(home / ".ssh" / "config", CASES[name])


_names = st.sampled_from(["box", "web1", "web2", "db.example.com", "10.0.0.9"])
_patterns = st.lists(
    st.sampled_from(["box", "web*", "web?", "!web2", "*.example.com", "*", "!box", "10.*"]),
    min_size=1,
    max_size=3,
)
_settings = st.lists(
    st.sampled_from(
        ["User a", "User=b", "Port 22", "port = 2200", "HostName %h.x", "ConnectTimeout 5", "ProxyJump j"]
    ),
    max_size=3,
)
_heads = st.one_of(
    _patterns.map(lambda patterns: f"Host {' '.join(patterns)}"),
    _patterns.map(lambda patterns: f"Match host {','.join(patterns)}"),
    _patterns.map(lambda patterns: f"Match originalhost {','.join(patterns)}"),
    st.sampled_from(
        ["Match all", "Match user a", "Match !user b host *", 'Match exec "true"', "Match final all"]
    ),
)
_blocks = st.lists(st.tuples(_heads, _settings), max_size=4)


@pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=_blocks, host=_names)
def test_openssh_reads_any_blocks_alike(
    tmp_path: Path, blocks: list[tuple[str, list[str]]], host: str
) -> None:
    config = tmp_path / "config"
    config.write_text("\n".join(line for head, lines in blocks for line in (head, *lines)) + "\n")

    assert_openssh_agrees(config, {"host": host})


@given(
    st.lists(st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cc", "Cs"]), max_size=5))
)
@example(["a b", "#no comment", "it's", ""])
def test_quoted_words_come_back(words: list[str]) -> None:
    assert split_words(" ".join(f'"{word}"' for word in words), "here") == words


@given(st.text(min_size=1))
def test_a_star_matches_everything(text: str) -> None:
    assert match_patterns(["*"], text)
    assert not match_patterns(["*", "!*"], text)
