"""How commands are worded, and that no secret stands on a command line."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from engine_kit import shells
from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra.api import HiddenValue, MaskString, QuoteString, StringCommand
from pyinfra.api.command import make_formatted_string_command
from pyinfra.api.exceptions import PyinfraError
from pyinfra.connectors.util import deliver, make_unix_command

# Of this run alone: the process list is everybody's.
CANARY = f"canary{secrets.token_hex(6)}"

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
        ({"_chdir": "-x"}, "sh -c 'cd ./-x && echo hi'"),
        ({"_env": {"N": 1}}, "sh -c 'export N=1 && echo hi'"),
        ({"_sudo_user": "pg", "_doas_user": "pg", "_dzdo_user": "pg"}, "sh -c 'echo hi'"),
        ({"_dzdo": True, "_dzdo_user": "pg"}, "dzdo -H -n -u pg sh -c 'echo hi'"),
        (
            {"_su_user": "pg", "_su_shell": "bash"},
            "su -s $(command -v bash) pg -c 'sh -c '\"'\"'echo hi'\"'\"''",
        ),
        (
            {
                "_sudo": True,
                "_su_user": "pg",
                "_chdir": "/x",
                "_env": {"A": "1"},
                "_shell_executable": "bash",
            },
            "sudo -H -n su pg -c 'bash -c '\"'\"'cd /x && export A=1 && echo hi'\"'\"''",
        ),
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
        f'if [ "$ask" = yes ]; then IFS= read -r p; [ "$p" = "{CANARY} password" ] || exit 1; fi\n'
        'case $0 in */su) exec sh -c "$1";; *) exec "$@";; esac\n'
    )
    for name in ("sudo", "su"):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    return folder


WATCH = (
    'for f in /proc/[0-9]*/cmdline; do { tr "\\0" " " <"$f"; } 2>/dev/null; echo; done '
    f"| grep -c {CANARY[:-1]}[{CANARY[-1]}]; echo done"
)


class TestSecretsStayOffCommandLines:
    @pytest.fixture
    def run(self, tmp_path: Path):
        tools = fake_tools(tmp_path / "tools")

        def run(command: StringCommand, stdin: bytes = b"", asks: str = "yes", **arguments):
            delivery = deliver(command, arguments)
            assert CANARY not in delivery.command.get_raw_value()
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
            "echo", QuoteString(MaskString(f"{CANARY} 'value'\nand more")), "; echo $X; cat;", WATCH
        )
        done = run(
            command, b"its own input\n", _env={"X": HiddenValue(f"{CANARY} env")}, _shell_executable=shell
        )
        told = f"{CANARY} 'value'\nand more\n{CANARY} env\nits own input\n0\ndone\n"
        assert done.stdout == told.encode(), done.stderr

    @pytest.mark.parametrize("asks", ["yes", "no"])
    @pytest.mark.parametrize(
        "arguments",
        [
            {"_sudo": True, "_sudo_password": f"{CANARY} password"},
            {"_sudo": True, "_sudo_password": HiddenValue(f"{CANARY} password"), "_sudo_user": "someone"},
            {"_su_user": "someone", "_su_password": f"{CANARY} password"},
            {
                "_sudo": True,
                "_sudo_password": f"{CANARY} password",
                "_su_user": "someone",
                "_su_password": f"{CANARY} password",
            },
        ],
    )
    def test_of_passwords_whether_they_are_asked_for_or_not(self, run, asks, arguments):
        command = StringCommand("echo", MaskString(f"{CANARY}-9"), "; cat;", WATCH)
        done = run(command, b"its own input", asks, **arguments)
        assert done.stdout == f"{CANARY}-9\nits own input0\ndone\n".encode(), done.stderr

    def test_a_wrong_password_runs_nothing(self, run, tmp_path: Path):
        command = StringCommand("touch", QuoteString(tmp_path / "ran"))
        done = run(command, _sudo=True, _sudo_password=f"wrong {CANARY}")
        assert done.returncode != 0
        assert not (tmp_path / "ran").exists()

    def test_what_holds_no_secret_is_a_plain_command_line(self):
        delivery = deliver(StringCommand("echo hi"), {"_sudo": True})
        assert (delivery.command.get_raw_value(), delivery.stdin) == ("sudo -H -n sh -c 'echo hi'", b"")

    @pytest.mark.parametrize("lines", [1, 99, 100, 101, 250])
    def test_a_command_of_any_number_of_lines_arrives_whole(self, run, lines):
        text = "\n".join([*(str(number) for number in range(lines - 1)), CANARY])
        done = run(StringCommand("printf %s", QuoteString(MaskString(text)), "; cat"), b"|own")
        assert done.stdout.decode() == f"{text}|own"

    @given(texts)
    @settings(max_examples=40)
    def test_a_command_arrives_byte_by_byte_as_it_was(self, text):
        delivery = deliver(
            StringCommand("printf %s", QuoteString(MaskString(f"{CANARY}{text}")), "; cat"), {}
        )
        assert CANARY not in delivery.command.get_raw_value()
        for shell in shells():
            line = delivery.command.get_raw_value().replace("sh -c", f"{' '.join(shell)} -c", 1)
            done = subprocess.run(
                ["sh", "-c", line], input=delivery.stdin + b"|own", capture_output=True, check=True
            )
            assert done.stdout.decode() == f"{CANARY}{text}|own", shell

    def test_a_command_gets_none_of_the_names_that_brought_it(self, run):
        done = run(StringCommand(f": {MaskString(CANARY)}; set | grep -E '^(c|k|l|n)='; echo none"))
        assert done.stdout == b"none\n"

    def test_what_is_delivered_shows_no_secret(self):
        delivery = deliver(
            StringCommand("login", MaskString(CANARY)), {"_sudo": True, "_sudo_password": CANARY}
        )
        assert CANARY.encode() in delivery.stdin
        assert CANARY not in f"{delivery} {delivery!r}"

    @pytest.mark.parametrize("make", [str, MaskString, HiddenValue])
    def test_a_nul_is_refused_however_the_command_travels(self, make):
        with pytest.raises(PyinfraError, match="a command can't hold a NUL character"):
            deliver(StringCommand("echo", QuoteString(make(f"{CANARY}\0after"))), {})

    def test_a_long_command_is_no_argument(self):
        delivery = deliver(StringCommand("echo", "x" * 200_000), {})
        assert len(delivery.command.get_raw_value()) < 1000
        assert len(delivery.stdin) > 200_000


LOGIN_SUDO = """\
#!{python}
import os, sys
words, options = sys.argv[1:], []
while words and words[0].startswith("-"):
    options.append(words.pop(0))
    if options[-1] in ("-u", "-p"):
        words.pop(0)
if "-S" in options and os.environ["FAKE_ASKS"] == "yes":
    while os.read(0, 1) != b"\\n":
        pass
line = " ".join("".join(c if c.isalnum() or c in "_-$" else "\\\\" + c for c in word) for word in words)
os.execvp("sh", ["sh", "-c", line])
"""


class TestSudoLogin:
    """`sudo -i` puts a backslash before everything but letters, digits, `_`, `-` and `$`, for the login shell."""

    COMMANDS = (
        'x=5; echo "[$x]"',
        "echo one\necho two",
        "echo 'a%b\\c`d' \"it's\" $(echo ${HOME:+home}) ; for i in 1 2; do echo $i; done",
        "echo 'grün ☃ $5'",
    )

    @pytest.fixture
    def tools(self, tmp_path: Path):
        folder = tmp_path / "tools"
        folder.mkdir()
        (folder / "sudo").write_text(LOGIN_SUDO.format(python=sys.executable))
        (folder / "sudo").chmod(0o755)
        return folder

    @pytest.mark.parametrize("asks", ["yes", "no"])
    @pytest.mark.parametrize("secret", [False, True])
    @pytest.mark.parametrize("command", COMMANDS)
    def test_what_it_changes_on_the_way_is_kept_from_it(self, tools, command, secret, asks):
        password = {"_sudo_password": "canary pw"} if secret else {}
        delivery = deliver(StringCommand(command), {"_sudo": True, "_use_sudo_login": True, **password})
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "FAKE_ASKS": asks}
        got = subprocess.run(
            ["sh", "-c", delivery.command.get_raw_value()],
            input=delivery.stdin, capture_output=True, env=environment, check=True,
        )  # fmt: skip
        wanted = subprocess.run(["sh", "-c", command], capture_output=True, check=True)
        assert got.stdout == wanted.stdout

    def test_what_it_leaves_alone_is_worded_as_ever(self):
        delivery = deliver(StringCommand("echo 'hi there'"), {"_sudo": True, "_use_sudo_login": True})
        assert delivery.command.get_raw_value() == """sudo -H -n -i sh -c 'echo '"'"'hi there'"'"''"""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_the_real_one(self, command):
        can = subprocess.run("sudo -n -i true", shell=True, capture_output=True, check=False)
        if can.returncode != 0:
            pytest.skip("sudo can't be used here without a password")
        delivery = deliver(
            StringCommand(command), {"_sudo": True, "_use_sudo_login": True, "_sudo_password": "pw"}
        )
        got = subprocess.run(
            ["sh", "-c", delivery.command.get_raw_value()],
            input=delivery.stdin,
            capture_output=True,
            check=True,
        )
        wanted = subprocess.run(["sh", "-c", command], capture_output=True, check=True)
        assert got.stdout == wanted.stdout
