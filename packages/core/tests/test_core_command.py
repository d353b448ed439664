"""Commands as values: equal, shown, and their own arguments."""

from __future__ import annotations

from io import StringIO

import pytest
from pyinfra.api import (
    FileDownloadCommand,
    FileUploadCommand,
    FunctionCommand,
    HiddenValue,
    QuoteString,
    RsyncCommand,
    StringCommand,
)
from pyinfra.api.command import make_formatted_string_command


class TestStringCommand:
    @pytest.mark.parametrize(
        ("command", "text"),
        [
            (StringCommand(), ""),
            (StringCommand("a", "b"), "a b"),
            (StringCommand("a", "b", _separator=""), "ab"),
            (StringCommand("a", StringCommand("b", "c", _separator="="), "d"), "a b=c d"),
            (StringCommand("kill", 9, -1, 2.5), "kill 9 -1 2.5"),
            (StringCommand("echo", QuoteString("")), "echo ''"),
            (StringCommand("echo", QuoteString("-n")), "echo -n"),
            (StringCommand("sh -c", QuoteString(StringCommand("echo", QuoteString("it's")))),
             """sh -c 'echo '"'"'it'"'"'"'"'"'"'"'"'s'"'"''"""),
        ],
    )  # fmt: skip
    def test_parts_are_joined(self, command, text):
        assert command.get_raw_value() == text

    def test_those_that_run_the_same_are_equal(self):
        assert StringCommand("echo", "a") == StringCommand("echo a")
        assert StringCommand("echo", HiddenValue("one-canary")) != StringCommand(
            "echo", HiddenValue("two-canary")
        )
        assert StringCommand("echo a") != "echo a"

    def test_they_are_no_dict_keys(self):
        with pytest.raises(TypeError):
            hash(StringCommand("a"))


def test_a_commands_own_arguments_stand_above_its_operations():
    command = StringCommand("id", _sudo=True, _chdir="/own")
    assert command._merged({"_chdir": "/other", "_timeout": 3}) == {
        "_sudo": True,
        "_chdir": "/own",
        "_timeout": 3,
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FileUploadCommand("a", "b"), FileUploadCommand("a", "c")),
        (FileDownloadCommand("a", "b"), FileDownloadCommand("x", "b")),
        (RsyncCommand("a", "b", ["-a"]), RsyncCommand("a", "b", ["-r"])),
        (FunctionCommand(print, (1,), {}), FunctionCommand(print, (2,), {})),
    ],
)
def test_commands_tell_each_other_apart(one, other):
    assert one == one  # noqa: PLR0124 - equality is what is tested
    assert one != other
    assert one != "text"
    assert type(one).__name__ in repr(one)


def test_an_upload_takes_a_file_in_memory():
    content = StringIO("x")
    command = FileUploadCommand(content, "/dest", _sudo=True)
    assert (command.src, command.dest, command.connector_arguments) == (content, "/dest", {"_sudo": True})


class TestFormatted:
    def test_quoted_and_hidden_values_stay_what_they_are(self):
        command = make_formatted_string_command(
            "mysql -u{user} -p{0} {1}", HiddenValue("canary pw"), QuoteString("a b"), user="me"
        )
        assert command.get_raw_value() == "mysql -ume -pcanary pw 'a b'"
        assert str(command) == "mysql -ume -p*MASKED* 'a b'"

    def test_commands_can_be_values(self):
        inner = StringCommand("echo", QuoteString("a b"))
        assert make_formatted_string_command("({0})", inner).get_raw_value() == "(echo 'a b')"

    @pytest.mark.parametrize("template", ["{0}", "{missing}"])
    def test_a_field_without_a_value_is_an_error(self, template):
        with pytest.raises((IndexError, KeyError)):
            make_formatted_string_command(template)
