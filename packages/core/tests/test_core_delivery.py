"""How commands are worded, and that no secret stands on a command line."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from engine_kit import shells
from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra.api import HiddenValue, MaskString, QuoteString, StringCommand
from pyinfra.api.command import make_formatted_string_command
from pyinfra.connectors.util import deliver, make_unix_command

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({}, "sh -c 'echo hi'"),
        ({"_shell_executable": "bash"}, "bash -c 'echo hi'"),
        ({"_shell_executable": None}, "echo hi"),
        ({"_sudo": True}, "sudo -H -n sh -c 'echo hi'"),
        (
            {"_sudo": True, "_sudo_user": "a b", "_use_sudo_login": True, "_preserve_sudo_env": True},
            "sudo -H -n -i -E -u 'a b' sh -c 'echo hi'",
        ),
        ({"_doas": True, "_doas_user": "pg"}, "doas -n -u pg sh -c 'echo hi'"),
        ({"_dzdo": True}, "dzdo -H -n sh -c 'echo hi'"),
        ({"_su_user": "pg"}, "su pg -c 'sh -c '\"'\"'echo hi'\"'\"''"),
        (
            {"_su_user": "pg", "_use_su_login": True, "_preserve_su_env": True, "_su_shell": "zsh"},
            "su -l -m -s $(command -v zsh) pg -c 'sh -c '\"'\"'echo hi'\"'\"''",
        ),
        ({"_chdir": "/x y", "_env": {"A": "b"}}, "sh -c 'cd '\"'\"'/x y'\"'\"' && export A=b && echo hi'"),
        ({"_sudo": True, "_doas": True, "_dzdo": True}, "doas -n dzdo -H -n sudo -H -n sh -c 'echo hi'"),
    ],
)
def test_commands_are_worded_as_pyinfra_3_words_them(arguments, line):
    assert make_unix_command(StringCommand("echo hi"), **arguments).get_raw_value() == line


class TestQuoting:
    @given(texts)
    @settings(max_examples=60)
    def test_every_shell_gives_back_what_was_quoted(self, text):
        line = StringCommand("printf", "%s", QuoteString(text)).get_raw_value()
        for shell in shells():
            done = subprocess.run([*shell, "-c", line], capture_output=True, check=True)
            assert done.stdout == text.encode()

    @given(st.lists(texts, max_size=3))
    @settings(max_examples=30)
    def test_commands_nest(self, words):
        inner = StringCommand("printf", "'%s|'", *(QuoteString(word) for word in words))
        outer = StringCommand("sh", "-c", QuoteString(StringCommand("sh", "-c", QuoteString(inner))))
        done = subprocess.run(["sh", "-c", outer.get_raw_value()], capture_output=True, check=True)
        assert done.stdout.decode() == "".join(f"{word}|" for word in words or [""])

    @pytest.mark.parametrize(
        ("template", "args", "kwargs", "line"),
        [
            ("systemctl {0} {1}", ("stop", QuoteString("a b")), {}, "systemctl stop 'a b'"),
            ("{} {}", ("a", "b"), {}, "a b"),
            ("x {name}.service", (), {"name": QuoteString("y")}, "x y.service"),
            ("{{literal}} {0!r:>5}", ("a",), {}, "{literal}   'a'"),
        ],
    )
    def test_templates(self, template, args, kwargs, line):
        assert make_formatted_string_command(template, *args, **kwargs).get_raw_value() == line

    def test_numbers_and_nothing_else_are_written_as_they_print(self):
        assert StringCommand("kill", QuoteString(3), None).get_raw_value() == "kill 3 None"


class TestMasking:
    @pytest.mark.parametrize("make", [HiddenValue, MaskString])
    def test_secrets_show_as_such(self, make):
        command = StringCommand(
            "login", QuoteString(make("s3cret it")), StringCommand("-p", make("other"), _separator="")
        )
        assert command.get_raw_value() == "login 's3cret it' -pother"
        assert str(command) == "login '*MASKED*' -p*MASKED*"
        assert "s3cret" not in repr(command)

    def test_a_mask_string_is_masked_by_value_after_formatting(self):
        command = StringCommand(f"login -p{MaskString('canary-77')}")
        assert command.get_raw_value() == "login -pcanary-77"
        assert str(command) == "login -p*MASKED*"

    def test_hidden_values_show_only_to_who_asks(self):
        value = HiddenValue("canary-78")
        assert (str(value), repr(value), value.unmask()) == ("*MASKED*", "'*MASKED*'", "canary-78")
        assert "canary" not in f"{value} {[value]} {vars}"


def fake_tools(folder: Path) -> Path:
    """A sudo and a su that ask for a password on stdin, or don't, and run what follows."""
    folder.mkdir()
    script = (
        "#!/bin/sh\n"
        "ask=${FAKE_ASKS:-yes}\n"
        "while [ $# -gt 0 ]; do case $1 in\n"
        '-u|-p|-s) shift 2;; -c) shift; break;; -*) shift;; *) if [ "$0" = "${0%/su}" ]; then break; fi; shift;;\n'
        "esac; done\n"
        'if [ "$ask" = yes ]; then IFS= read -r p; [ "$p" = "canary password" ] || exit 1; fi\n'
        'case $0 in */su) exec sh -c "$1";; *) exec "$@";; esac\n'
    )
    for name in ("sudo", "su"):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    return folder


WATCH = 'for f in /proc/[0-9]*/cmdline; do tr "\\0" " " <"$f" 2>/dev/null; echo; done | grep -c canar[y]; echo done'


class TestSecretsStayOffCommandLines:
    @pytest.fixture
    def run(self, tmp_path: Path):
        tools = fake_tools(tmp_path / "tools")

        def run(command: StringCommand, stdin: bytes = b"", asks: str = "yes", **arguments):
            delivery = deliver(command, arguments)
            assert "canary" not in delivery.command.get_raw_value()
            return subprocess.run(
                ["sh", "-c", delivery.command.get_raw_value()],
                input=delivery.stdin + stdin,
                capture_output=True,
                env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "FAKE_ASKS": asks},
                timeout=20,
                check=False,
            )

        return run

    @pytest.mark.parametrize("shell", [" ".join(shell) for shell in shells()])
    def test_of_the_command_and_its_environment(self, run, shell):
        command = StringCommand(
            "echo", QuoteString(MaskString("canary 'value'\nand more")), "; echo $X; cat;", WATCH
        )
        done = run(
            command, b"its own input\n", _env={"X": HiddenValue("canary env")}, _shell_executable=shell
        )
        assert done.stdout == b"canary 'value'\nand more\ncanary env\nits own input\n0\ndone\n", done.stderr

    @pytest.mark.parametrize("asks", ["yes", "no"])
    @pytest.mark.parametrize(
        "arguments",
        [
            {"_sudo": True, "_sudo_password": "canary password"},
            {"_sudo": True, "_sudo_password": HiddenValue("canary password"), "_sudo_user": "someone"},
            {"_su_user": "someone", "_su_password": "canary password"},
            {
                "_sudo": True,
                "_sudo_password": "canary password",
                "_su_user": "someone",
                "_su_password": "canary password",
            },
        ],
    )
    def test_of_passwords_whether_they_are_asked_for_or_not(self, run, asks, arguments):
        command = StringCommand("echo", MaskString("canary-9"), "; cat;", WATCH)
        done = run(command, b"its own input", asks, **arguments)
        assert done.stdout == b"canary-9\nits own input0\ndone\n", done.stderr

    def test_a_wrong_password_runs_nothing(self, run, tmp_path: Path):
        command = StringCommand("touch", QuoteString(tmp_path / "ran"))
        done = run(command, _sudo=True, _sudo_password="wrong canary")
        assert done.returncode != 0
        assert not (tmp_path / "ran").exists()

    def test_what_holds_no_secret_is_a_plain_command_line(self):
        delivery = deliver(StringCommand("echo hi"), {"_sudo": True})
        assert (delivery.command.get_raw_value(), delivery.stdin) == ("sudo -H -n sh -c 'echo hi'", b"")
