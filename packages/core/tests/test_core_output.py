"""What core shows: nothing until a front end says where, and then nothing secret and nothing that steers a terminal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api import Config, HiddenValue, Inventory, State
from pyinfra.api.hiddenvalue import remember_secret
from pyinfra.api.output import echo, format_text, is_output_active, printable, set_echo, set_formatter
from pyinfra.api.util import log_host_command_error, print_host_combined_output
from pyinfra.connectors.util import CommandOutput, OutputCollector, OutputLine
from pyinfra.progress import progress_spinner, set_spinner


@pytest.fixture
def shown() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    lines: list[tuple[str, dict[str, Any]]] = []
    set_echo(lambda line, **hints: lines.append((line, hints)))
    yield lines
    set_echo(None)


class TestEcho:
    def test_goes_nowhere_without_a_front_end(self, capfd):
        assert not is_output_active()
        echo("nobody hears this")
        assert capfd.readouterr() == ("", "")

    def test_goes_where_the_front_end_says(self, shown):
        assert is_output_active()
        for message in ("a line", 5, None):
            echo(message, err=True)
        assert shown == [("a line", {"err": True}), ("5", {"err": True}), ("", {"err": True})]

    def test_no_secret_passes(self, shown):
        remember_secret("canary-echo")
        echo("password: canary-echo")
        echo(HiddenValue("canary-echo"))
        echo(ValueError("canary-echo"))
        assert [line for line, _ in shown] == ["password: *MASKED*", "*MASKED*", "*MASKED*"]


class TestPrintable:
    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("plain ☃ text\twith a tab", "plain ☃ text\twith a tab"),
            ("\x1b[2Jgone", "\\x1b[2Jgone"),
            ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
            ("50%\r100%", "50%\\x0d100%"),
            ("a\nb", "a\\x0ab"),
            ("\x9b31mred", "\\x9b31mred"),
            ("back\x08\x7f", "back\\x08\\x7f"),
            ("caf\udce9", "caf\udce9"),
        ],
    )
    def test_what_steers_a_terminal_is_written_out(self, text, written):
        assert printable(text) == written

    @given(st.text())
    def test_no_control_character_is_left_but_tabs(self, text):
        left = [
            char for char in printable(text) if (ord(char) < 32 or 127 <= ord(char) < 160) and char != "\t"
        ]
        assert left == []


class TestFormat:
    def test_is_the_front_ends(self):
        assert format_text("x", "red", bold=True) == "x"
        set_formatter(lambda text, *args, **kwargs: f"<{text}{args}{kwargs}>")
        try:
            assert format_text("x", "red", bold=True) == "<x('red',){'bold': True}>"
        finally:
            set_formatter(None)

    def test_a_hosts_lines_start_with_its_name(self):
        host = next(iter(State(Inventory((["@local"], {})), Config()).inventory))
        assert host.print_prefix == "[@local] "
        assert host.style_print_prefix("red") == "[@local] "


class TestHostOutput:
    output = CommandOutput([OutputLine("stdout", "one\x1b[2J"), OutputLine("stderr", "two canary-out")])

    def test_of_a_command_that_is_done(self, shown):
        remember_secret("canary-out")
        print_host_combined_output(SimpleNamespace(print_prefix="[h] "), self.output)  # type: ignore[arg-type]
        assert shown == [("[h] one\\x1b[2J", {"err": False}), ("[h] two *MASKED*", {"err": True})]

    def test_of_a_command_that_runs_comes_line_by_line(self, shown):
        collector = OutputCollector("[h] ", print_output=True)
        collector.feed("stdout", b"on")
        assert shown == []
        collector.feed("stdout", b"e\x1b[2J\ntw")
        assert shown == [("[h] one\\x1b[2J", {"err": False})]
        collector.feed("stderr", b"why\n")
        collector.finish()
        assert [line for line, _ in shown[1:]] == ["[h] why", "[h] tw"]

    @pytest.mark.parametrize(
        ("error", "text"),
        [
            (TimeoutError(), "[h] timed out after 5 seconds"),
            (OSError("no route"), "[h] OSError: no route"),
            (EOFError(), "[h] EOFError"),
        ],
    )
    def test_why_a_command_could_not_run(self, caplog, error, text):
        log_host_command_error(SimpleNamespace(print_prefix="[h] "), error, 5)  # type: ignore[arg-type]
        assert [(one.levelno, one.getMessage()) for one in caplog.records] == [(logging.ERROR, text)]


class TestProgress:
    def test_is_silent_without_a_front_end(self, capfd):
        with progress_spinner([1, 2]) as done:
            done(1)
        assert capfd.readouterr() == ("", "")

    def test_is_the_front_ends(self):
        seen: list[Any] = []

        @contextmanager
        def spinner(items: list[Any], message: str | None) -> Iterator[Any]:
            seen.append((items, message))
            yield seen.append
            seen.append("end")

        set_spinner(spinner)
        try:
            with progress_spinner({"a": 1}, prefix_message="Working") as done:
                done("a")
        finally:
            set_spinner(None)
        assert seen == [(["a"], "Working"), "a", "end"]
