"""Commands: how they end, and that they arrive as they were given."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyinfra.api import FactBase, MaskString, QuoteString, StringCommand

from ._base import PATIENCE, WORDS, Checks, Echoed, Running, output_of, run

if TYPE_CHECKING:
    from pyinfra.api import Host

SECRET = "canary-of-the-suite"  # noqa: S105 - it is looked for
_PROCESS_LIST = (
    "if [ -d /proc/self ]; then cat /proc/[0-9]*/cmdline 2>/dev/null; else ps -A -o args; fi | tr '\\0' ' '"
)


class _Told(FactBase[str]):
    """A text, as `printf` tells it."""

    def command(self, text: str) -> StringCommand:
        return StringCommand("printf", "%s", QuoteString(text))


class CommandChecks(Checks):
    """How commands end, and that they arrive as they were given."""

    @pytest.mark.parametrize("code", [0, 1, 3, 127, 255])
    def test_exit_codes(self, host: Host, code: int) -> None:
        """The exit code decides, and is told where `exit_code` is known."""
        done, output = run(host, f"exit {code}")
        assert done is (code == 0)
        assert output.exit_code in (code, None)

    @pytest.mark.parametrize(("codes", "done"), [([0, 3], True), ([3], True), ([0, 4], False)])
    def test_success_exit_codes(self, host: Host, codes: list[int], done: bool) -> None:
        """What counts as success is what `_success_exit_codes` says."""
        assert run(host, "exit 3", _success_exit_codes=codes)[0] is done

    def test_a_signal_is_no_success(self, host: Host) -> None:
        """A command that a signal ended has failed."""
        assert run(host, "kill -9 $$")[0] is False

    def test_words(self, host: Host) -> None:
        """Whatever is quoted arrives as it is."""
        assert [output_of(host, "printf '%s.'", QuoteString(word)) for word in WORDS] == [
            f"{word}." for word in WORDS
        ]

    def test_a_long_command(self, host: Host) -> None:
        """A command may be longer than one argument of a process."""
        text = "x'y" * 60_000
        assert output_of(host, "printf %s", QuoteString(text), "| wc -c").strip() == str(len(text))

    def test_bytes_that_are_no_utf_8(self, host: Host) -> None:
        """Bytes of file names that are not UTF-8 go there and come back."""
        word = "caf\udce9"
        assert output_of(host, "printf %s", QuoteString(word)) == word

    def test_the_folder(self, host: Host, folder: str) -> None:
        """`_chdir` is where it runs."""
        output_of(host, "mkdir", QuoteString(f"{folder}/a b"))
        assert output_of(host, "pwd -P", _chdir=f"{folder}/a b").endswith("/a b")

    def test_the_environment(self, host: Host) -> None:
        """`_env` is what it finds in its environment."""
        assert output_of(host, 'printf %s "$A$B"', _env={"A": "it's\n", "B": "$HOME"}) == "it's\n$HOME"

    def test_the_shell(self, host: Host) -> None:
        """`_shell_executable` is what runs it, which need not be `sh`."""
        assert output_of(host, "printf %s", QuoteString("a'b"), _shell_executable="/bin/sh") == "a'b"

    def test_no_state_is_kept(self, host: Host) -> None:
        """Nothing of a command is left to the next."""
        before = output_of(host, "pwd; umask")
        output_of(host, "cd /; umask 0; X=left; export X")
        assert output_of(host, "pwd; umask") == before
        assert output_of(host, 'printf "<%s>" "$X"') == "<>"

    def test_facts(self, host: Host) -> None:
        """Facts are told, in a batch where the connector takes them."""
        assert [host.get_fact(_Told, text=word) for word in WORDS] == list(WORDS)

    def test_calls_at_once(self, host: Host, folder: str) -> None:
        """As many calls as `max_calls` says may be under way: here two, each of which waits for the other."""
        if host.connector.max_calls == 1:
            pytest.skip("declared: max_calls is 1")

        def meet(own: str, other: str) -> Any:
            mine, theirs = QuoteString(f"{folder}/{own}"), QuoteString(f"{folder}/{other}")
            return run(host, ": >", mine, "; until [ -e", theirs, "]; do sleep 1; done", _timeout=20)

        first, second = Running(lambda: meet("a", "b")), Running(lambda: meet("b", "a"))
        assert first.wait()
        assert second.wait()
        assert (first.error, second.error) == (None, None)

    def test_a_timeout(self, host: Host) -> None:
        """After `_timeout` seconds a TimeoutError is raised, and the next command works."""
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            run(host, "sleep 60; true", _timeout=1)
        assert time.monotonic() - began < PATIENCE
        assert output_of(host, "echo there") == "there"

    def test_a_timeout_ends_the_command(self, host: Host, folder: str) -> None:
        """What took too long does not go on in secret."""
        pid = QuoteString(f"{folder}/pid")
        with pytest.raises(TimeoutError):
            run(host, "echo $$ >", pid, "; exec sleep 300", _timeout=1)
        gone = "i=0; while kill -0 $p 2>/dev/null; do i=$((i+1)); [ $i -lt 20 ] || exit 1; sleep 1; done"
        assert run(host, "p=$(cat", pid, f"); {gone}")[0], "the command still runs 20 seconds later"

    def test_secrets_on_the_host(self, host: Host) -> None:
        """A secret stands in no process's arguments on the host."""
        told = output_of(host, ":", QuoteString(MaskString(SECRET)), ";", _PROCESS_LIST)
        assert told
        assert SECRET not in told

    def test_secrets_on_this_machine(self, host: Host) -> None:
        """A secret stands in no process's arguments here, such as those of a program that carries commands."""
        if not Path("/proc/self/cmdline").exists():
            pytest.skip("this machine has no /proc")
        command = StringCommand("echo began; sleep 2; :", QuoteString(MaskString(SECRET)))
        with Echoed() as echoed:
            running = Running(
                lambda: host.connector.run_shell_command(command, print_output=True, print_input=False)
            )
            echoed.wait_for("began", 1)
            seen = [_read(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
            assert running.wait()
        assert running.error is None
        assert not any(SECRET.encode() in line for line in seen)

    def test_secrets_are_not_shown(self, host: Host) -> None:
        """What is echoed of a command and its output shows no secret."""
        command = StringCommand("echo", QuoteString(MaskString(SECRET)))
        with Echoed() as echoed:
            host.connector.run_shell_command(command, print_output=True, print_input=True)
        assert echoed.lines
        assert SECRET not in "".join(echoed.lines)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
