"""The script of a batch, and the frames of its answers."""

from __future__ import annotations

import subprocess

import pytest
from engine_kit import shells
from pyinfra._engine import facts as engine_facts
from pyinfra._engine.batch import Question, alone, can_share, new_token, read, script, with_locale
from pyinfra.api import FactBase

TOKEN = "pyinfra-token"
every_shell = pytest.mark.parametrize("shell", shells(), ids=" ".join)


def run(shell, *questions):
    done = subprocess.run(shell, input=script(questions, TOKEN), capture_output=True, text=True, check=False)
    return read(questions, TOKEN, done.stdout, done.stderr)


@every_shell
@pytest.mark.parametrize("side_effect_free", [True, False])
class TestAnswers:
    def ask(self, shell, command, side_effect_free):
        question = Question(command, side_effect_free=side_effect_free)
        first, *rest = run(shell, question, Question("echo next; echo error >&2"))
        assert [(answer.stdout, answer.stderr) for answer in rest] == [(["next"], ["error"])]
        return first

    def test_both_streams_and_the_exit_code(self, shell, side_effect_free):
        answer = self.ask(shell, "printf 'a\\n\\nb'; printf c >&2; exit 3", side_effect_free)
        assert (answer.succeeded, answer.stdout, answer.stderr) == (False, ["a", "", "b"], ["c"])

    def test_the_shells_word_on_one_that_was_killed_is_no_part_of_it(self, shell, side_effect_free):
        answer = self.ask(shell, "echo a; kill -9 $(exec sh -c 'echo $PPID')", side_effect_free)
        assert (answer.succeeded, answer.stdout, answer.stderr) == (False, ["a"], [])

    def test_errexit_works(self, shell, side_effect_free):
        answer = self.ask(shell, "set -e; false; echo no", side_effect_free)
        assert (answer.succeeded, answer.stdout) == (False, [])

    def test_the_batch_leaves_no_variables(self, shell, side_effect_free):
        assert self.ask(shell, "set", side_effect_free).succeeded
        own = self.ask(shell, "echo \"[$r$l$c]\"; : >&3 || echo 'no 3'", side_effect_free)
        assert own.stdout[0] == "[]"
        assert own.stdout[1:] in ([], ["no 3"])

    def test_what_it_leaves_behind_writes_into_no_other(self, shell, side_effect_free):
        if side_effect_free:
            pytest.skip("it says that it leaves nothing behind")
        late = "(sleep 0.1; echo late; echo too late >&2) &"
        answer = self.ask(shell, f"sh -c '{late}'; echo early; printf is >&2; exit 4", side_effect_free)
        assert (answer.stdout, answer.stderr, answer.exit_code) == (["early", "late"], ["istoo late"], 4)


@every_shell
def test_without_its_binary_a_command_is_not_run(shell):
    missing, there = run(shell, Question("echo no", "no-such-tool"), Question("echo yes", "ls"))
    assert missing.missing
    assert there.stdout == ["yes"]


@every_shell
@pytest.mark.parametrize(
    "command", ["alias greet='echo aliased'\ngreet", "echo a # b", "cat <<EOF\na\nEOF", "ls;"]
)
def test_a_command_that_needs_a_binary_is_read_as_it_is_alone(shell, command):
    question = Question(command, "ls")
    [answer] = run(shell, question)
    by_itself = subprocess.run(
        [*shell, "-c", with_locale(question, alone(question))], capture_output=True, text=True, check=False
    )
    assert answer.exit_code == by_itself.returncode
    assert answer.stdout == by_itself.stdout.splitlines()
    assert bool(answer.stderr) is bool(by_itself.stderr)


@every_shell
def test_a_killed_batch_gives_what_was_whole(shell):
    first, killer, last = run(shell, Question("echo a"), Question("kill -9 $$"), Question("echo b"))
    assert first.stdout == ["a"]
    assert (killer, last) == (None, None)


class TestFrames:
    question = Question("echo a")

    def test_one_that_never_began_is_told_from_one_that_broke(self):
        assert read([self.question], TOKEN, "", "sudo: a password is required\n") is None
        assert read([self.question], TOKEN, f"\n{TOKEN}\na\n", f"\n{TOKEN}\n") == [None]

    def test_what_login_says_before_is_no_part_of_the_first(self):
        out, err = f"Welcome\n\n{TOKEN}\na\n\n{TOKEN} 0\n", f"a warning\n\n{TOKEN}\n\n{TOKEN} 0 0\n"
        [answer] = read([self.question], TOKEN, out, err)
        assert (answer.stdout, answer.stderr) == (["a"], [])

    def test_without_the_mark_before_it_a_frame_is_not_whole(self):
        out, err = f"\n{TOKEN}\na\nb\n\n{TOKEN} 1\n", f"\n{TOKEN}\n\n{TOKEN} 0 0\n\n{TOKEN} 1 0\n"
        assert read([self.question] * 2, TOKEN, out, err) == [None, None]

    def test_tokens_differ(self):
        assert new_token() != new_token()


@pytest.mark.parametrize(
    ("command", "shell", "expected"),
    [
        ("a && b 2>&1 >&3 <&-", "sh", True),
        ("a", "/bin/bash", True),
        ("a", "busybox sh", True),
        ("a & b", "sh", False),
        ("a &>/dev/null", "sh", False),
        ("sh -c 'a 2>&1 &'", "sh", False),
        ("coproc a", "bash", False),
        ("set -e -ux; a", "bash", False),
        ("set -o xtrace; a", "bash", False),
        ("set -e; a -x", "bash", True),
        ("a\nb", "/bin/bash", False),
        ("a\nb", "sh", True),
        ("a\0b", "sh", False),
        ("a", "bash -l", False),
        ("a", "fish", False),
        ("a", "python3", False),
    ],
)
def test_who_may_share_a_batch(command, shell, expected):
    assert can_share(Question(command, shell=shell)) is expected


@pytest.mark.parametrize("command", ["echo a # b", "cat <<EOF\na\nEOF", "echo a"])
def test_alone_a_command_ends_where_it_ends(command):
    text = alone(Question(command, requires="ls"))
    assert subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False).stdout == "a\n"


def test_shells_that_are_none_get_the_command_as_it_is():
    assert with_locale(Question("print(1)", shell="python3"), "print(1)") == "print(1)"
    assert with_locale(Question("a", shell="/bin/zsh"), "a").endswith("; a")


class TestRuns:
    def test_each_shell_gets_a_batch_of_its_own(self, make_run):
        run = make_run()
        shell = 'if [ -n "$BASH_VERSION" ]; then echo bash; else echo sh; fi; cat'
        odd = type("Odd", (FactBase,), {"command": shell})
        from pyinfra.api import operation

        seen = []

        @operation()
        def ask(number, shell):
            seen.append((number, run.host.get_fact(odd, _shell_executable=shell)))
            yield "true"

        run.on(lambda: [ask(1, "dash"), ask(2, "bash"), ask(3, "bash")])
        assert sorted(seen) == [(1, "sh"), (2, "bash"), (3, "bash")]
        assert len(run.calls) == 2

    @pytest.mark.parametrize("config", [{}, {"BATCH": False}])
    def test_what_holds_the_output_open_is_not_waited_for(self, make_run, monkeypatch, config):
        monkeypatch.setattr(engine_facts, "OUTPUT_WAIT", 0.2)
        run = make_run(**config)
        fact = type("Leaves", (FactBase,), {"command": "sleep 30 & echo $!"})
        pid = run.host.get_fact(fact)
        gone = type("Stop", (FactBase,), {"command": f"kill {pid} && echo stopped"})
        assert run.host.get_fact(gone) == "stopped"

    def test_where_privileges_fail_batches_do_not(self, make_run):
        run = make_run()
        fact = type("Any", (FactBase,), {"command": "echo a", "default": staticmethod(lambda: "none")})
        assert run.host.get_fact(fact, _shell_executable="/nonexistent/bash", _ignore_errors=True) == "none"
        assert run.engine.side(run.host).facts.batches
