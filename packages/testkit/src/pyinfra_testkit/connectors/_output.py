"""Output: what commands print comes whole, apart by stream, to the last byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyinfra.api import StringCommand

from ._base import Checks, Echoed, output_of, run

if TYPE_CHECKING:
    from pyinfra.api import Host


class OutputChecks(Checks):
    """What commands print comes whole, apart by stream, to the last byte."""

    def test_streams(self, host: Host) -> None:
        """Stdout and stderr are told apart, each in its own order."""
        _, output = run(host, "echo a; echo b >&2; echo c; echo d >&2")
        assert output.stdout_lines == ["a", "c"]
        assert output.stderr_lines == ["b", "d"]

    @pytest.mark.parametrize(
        ("printed", "lines"),
        [
            ("", []),
            ("a", ["a"]),
            ("a\\n", ["a"]),
            ("a\\n\\n", ["a", ""]),
            ("\\n", [""]),
            ("  a  \\nb\\t", ["  a  ", "b\t"]),
            ("a\\r\\nb", ["a\r", "b"]),
            ("gr\\303\\274n", ["grün"]),
            ("caf\\351", ["caf\udce9"]),
            ("\\033[1m", ["\x1b[1m"]),
        ],
    )
    def test_lines(self, host: Host, printed: str, lines: list[str]) -> None:
        """Lines are what stands between newlines: nothing is stripped, dropped or made up."""
        assert run(host, f"printf '{printed}'")[1].stdout_lines == lines

    def test_a_big_output(self, host: Host) -> None:
        """Many lines come whole and in order."""
        count = 200_000
        told = output_of(host, f"i=0; while [ $i -lt {count} ]; do echo line $i; i=$((i+1)); done")
        assert told == "\n".join(f"line {number}" for number in range(count))

    def test_a_long_line(self, host: Host) -> None:
        """A line may be longer than any buffer."""
        size = 3_000_000
        assert len(output_of(host, f"head -c {size} /dev/zero | tr '\\0' x")) == size

    def test_much_on_both_streams(self, host: Host) -> None:
        """Neither stream waits for the other to be read."""
        size = 1_000_000
        _, output = run(
            host, f"head -c {size} /dev/zero | tr '\\0' e >&2; head -c {size} /dev/zero | tr '\\0' o"
        )
        assert (len(output.stdout), len(output.stderr)) == (size, size)

    def test_output_of_a_failure(self, host: Host) -> None:
        """What a command printed before it failed is there."""
        done, output = run(host, "echo out; echo why >&2; exit 4")
        assert (done, output.stdout, output.stderr) == (False, "out", "why")

    def test_a_daemon_holds_up_nothing(self, host: Host) -> None:
        """A command ends with its shell, whatever it started in the background, output closed."""
        assert output_of(host, "sleep 40 >/dev/null 2>&1 </dev/null & echo started", _timeout=20) == "started"

    def test_output_is_shown(self, host: Host) -> None:
        """Output is echoed where that is asked for, after the host's prefix, and nothing is otherwise."""
        with Echoed() as echoed:
            host.connector.run_shell_command(
                StringCommand("echo shown"), print_output=True, print_input=False
            )
            host.connector.run_shell_command(
                StringCommand("echo silent"), print_output=False, print_input=False
            )
        assert [line for line in echoed.lines if line.strip()] == [f"{host.print_prefix}shown"]

    def test_a_terminal(self, host: Host) -> None:
        """`_get_pty` gives a command a terminal; without it there is none."""
        assert run(host, "test -t 1", _get_pty=True)[0]
        assert not run(host, "test -t 1")[0]
