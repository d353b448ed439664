"""Processes on this machine: input and output at once, bounded in time and size."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra.api.exceptions import PyinfraError
from pyinfra.connectors import util
from pyinfra.connectors._process import run_process
from pyinfra.connectors.util import OutputCollector, run_local_process, stdin_bytes


def is_running(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def has_ended(pid: int) -> bool:
    """Wait for a process that was killed to be gone."""
    event = threading.Event()
    return any(not is_running(pid) or event.wait(0.02) for _ in range(1500))


class TestTimeouts:
    @pytest.mark.parametrize(
        "command",
        [
            "exec sleep 60",
            "sleep 60; true",
            "trap '' TERM HUP INT; sleep 60; sleep 60",
            "sleep 60 & wait",
            "exec >&- 2>&-; exec sleep 60",
            "while :; do echo x; done | cat >/dev/null",
        ],
    )
    def test_a_command_that_does_not_end_is_killed(self, command):
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            run_local_process(command, timeout=0.2)
        assert time.monotonic() - started < 30

    def test_so_is_what_it_started(self, tmp_path: Path):
        command = (
            f"sleep 60 & echo $! >{tmp_path}/child; (sleep 60 & echo $! >{tmp_path}/grandchild; wait); wait"
        )
        with pytest.raises(TimeoutError):
            run_local_process(command, timeout=0.5)
        for name in ("child", "grandchild"):
            assert has_ended(int((tmp_path / name).read_text())), name

    def test_input_that_nobody_reads_does_not_outlast_it(self):
        with pytest.raises(TimeoutError):
            run_local_process("sleep 60", stdin=b"x" * 10_000_000, timeout=0.2)

    def test_one_that_ends_in_time_is_left_alone(self):
        assert run_local_process("echo done", timeout=60)[1].stdout == "done"


class TestInputAndOutput:
    def test_much_of_both_at_once(self):
        content = os.urandom(3_000_000)
        got = bytearray()
        finished = run_process("cat", content, 60, lambda name, piece: got.extend(piece))
        assert finished.exit_code == 0
        assert hashlib.sha256(got).digest() == hashlib.sha256(content).digest()

    def test_both_streams_full(self):
        code, output = run_local_process(
            "i=0; while [ $i -lt 3000 ]; do printf '%0100d\\n' $i; printf '%0100d\\n' $i >&2; i=$((i+1)); done",
            timeout=60,
        )
        assert (code, len(output.stdout_lines), len(output.stderr_lines)) == (0, 3000, 3000)

    def test_input_left_over_is_no_error(self):
        assert run_local_process("head -c 3", stdin=b"abc" * 1_000_000)[1].stdout == "abc"

    def test_a_file_is_written_piece_by_piece(self):
        content = BytesIO(b"x" * 1_000_001)
        assert run_local_process("wc -c", stdin=content)[1].stdout.strip() == "1000001"

    def test_none_is_no_input(self):
        assert run_local_process("cat")[1].stdout == ""

    @pytest.mark.parametrize(
        ("given_", "written"),
        [
            (None, None), (b"\xff\0", b"\xff\0"), ("a", b"a\n"), ("a\n", b"a\n"), ("", b""), ([], b""),
            (["a", "b"], b"a\nb\n"), (("a",), b"a\n"), (iter(["a"]), b"a\n"), ("caf\udce9", b"caf\xe9\n"),
            (StringIO("grün"), "grün".encode()), ([1, 2], b"1\n2\n"),
        ],
    )  # fmt: skip
    def test_what_may_be_given_as_input(self, given_, written):
        assert stdin_bytes(given_) == written


class TestExitCodes:
    @pytest.mark.parametrize(
        ("command", "code"), [("true", 0), ("exit 7", 7), ("kill -9 $$", -9), ("kill $$", -15)]
    )
    def test_are_told(self, command, code):
        told, output = run_local_process(command)
        assert told == output.exit_code == code


class TestOutput:
    @given(st.binary(max_size=300), st.integers(min_value=1, max_value=9))
    def test_every_byte_is_kept_however_it_comes(self, content, size):
        collector = OutputCollector()
        for start in range(0, len(content), size):
            collector.feed("stdout", content[start : start + size])
        kept = collector.finish().stdout.encode("utf-8", "surrogateescape")
        assert kept == (content[:-1] if content.endswith(b"\n") else content)

    @given(st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.sampled_from(["a", "b\n", "\n"]))))
    @settings(max_examples=50)
    def test_streams_do_not_mix_within_a_line(self, pieces):
        collector = OutputCollector()
        for name, piece in pieces:
            collector.feed(name, piece.encode())
        output = collector.finish()
        for name, lines in (("stdout", output.stdout_lines), ("stderr", output.stderr_lines)):
            text = "".join(piece for own, piece in pieces if own == name)
            assert lines == (text.removesuffix("\n").split("\n") if text else [])

    def test_what_is_no_utf_8_comes_back_as_it_was(self):
        code, output = run_local_process("printf 'caf\\351 \\377\\n'; printf '\\200' >&2")
        assert (code, output.stdout, output.stderr) == (0, "caf\udce9 \udcff", "\udc80")
        assert run_local_process("cat", stdin=output.stdout)[1].stdout == output.stdout

    def test_is_one_text_or_lines_in_order(self):
        collector = OutputCollector()
        for name, piece in (("stdout", b"a\n"), ("stderr", b"b\n"), ("stdout", b"c")):
            collector.feed(name, piece)
        output = collector.finish(3)
        assert (output.output, output.output_lines, output.exit_code) == ("a\nb\nc", ["a", "b", "c"], 3)
        assert [(line.buffer_name, line.line) for line in output] == [
            ("stdout", "a"),
            ("stderr", "b"),
            ("stdout", "c"),
        ]

    def test_too_many_bytes_are_an_error_and_the_command_is_killed(self, tmp_path: Path, monkeypatch):
        collector = OutputCollector(limit=1 << 20)
        with pytest.raises(PyinfraError, match=r"output is over 1 MiB .*send it to a file"):
            run_process(f"echo $$ >{tmp_path}/pid; exec cat /dev/zero", None, 60, collector.feed)
        assert has_ended(int((tmp_path / "pid").read_text()))

    def test_so_are_too_many_lines_however_short(self, monkeypatch):
        monkeypatch.setattr(util, "LINE_LIMIT", 1000)
        collector = OutputCollector()
        with pytest.raises(PyinfraError, match="or 1000 lines"):
            run_process("yes", None, 60, collector.feed)


class TestWhatCanNotRun:
    def test_a_nul_is_said(self):
        with pytest.raises(PyinfraError, match="a command can't hold a NUL character"):
            run_local_process("echo 'a\0b'")

    def test_an_argument_longer_than_the_system_takes(self):
        with pytest.raises(
            PyinfraError, match="a command of 300005 characters can't be started: Argument list too"
        ):
            run_local_process("echo " + "x" * 300_000)


class TestOutputHeldOpen:
    def test_it_is_waited_for_so_long(self):
        pieces = []
        run_process(
            "(sleep 0.1; echo late) & echo early",
            None,
            None,
            lambda *piece: pieces.append(piece),
            output_wait=20,
        )
        assert b"".join(data for _, data in pieces) == b"early\nlate\n"

    def test_and_no_longer(self):
        pieces = []
        finished = run_process(
            "sleep 30 & echo $!", None, None, lambda *piece: pieces.append(piece), output_wait=0.1
        )
        assert finished.exit_code == 0
        [(name, pid)] = pieces
        assert name == "stdout"
        os.kill(int(pid), signal.SIGKILL)

    def test_nor_for_what_never_stops_writing(self):
        assert run_process("yes & exit 4", None, None, lambda *piece: None, output_wait=0.1).exit_code == 4

    def test_a_timeout_is_kept(self):
        with pytest.raises(TimeoutError):
            run_process("sleep 30", None, 0.2, lambda *piece: None, output_wait=20)
