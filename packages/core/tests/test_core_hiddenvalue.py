"""What hides a secret, and what of a text is hidden."""

from __future__ import annotations

import json
import shlex
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra.api import HiddenValue, MaskString, QuoteString, StringCommand
from pyinfra.api.hiddenvalue import MASK, holds_secret, keep_secret, mask, remember_secret

AWKWARD = [
    "canary plain",
    "canary it's",
    'canary "quoted"',
    "canary \\ backslash",
    "canary\nwith a second canary line",
    "canary grün",
    "canary 'a' 'b' $(c) `d`",
]


class TestValues:
    @pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, lambda value: f"{[value]}"])
    def test_a_hidden_value_hides_itself(self, show):
        assert "canary" not in show(HiddenValue("canary-h1"))

    def test_what_is_shown_in_its_place_can_be_chosen(self):
        assert str(HiddenValue("canary-h2", "<token>")) == "<token>"
        assert str(StringCommand("echo", HiddenValue("canary-h2", "<token>"))) == "echo <token>"

    def test_it_gives_the_secret_to_who_asks(self):
        assert HiddenValue("canary-h3").unmask() == HiddenValue("canary-h3").raw_value == "canary-h3"

    def test_a_number_can_be_hidden(self):
        value: object = HiddenValue(87654321)  # type: ignore[arg-type]
        command = StringCommand("login", QuoteString(value))
        assert command.get_raw_value() == "login 87654321"
        assert "8765" not in str(command) + mask("pin 87654321")

    def test_a_mask_string_is_the_string_it_was(self):
        value = MaskString("canary-m1")
        assert (value, value + "!", f"{value}", isinstance(value, str)) == (
            "canary-m1",
            "canary-m1!",
            "canary-m1",
            True,
        )


class TestCommands:
    @pytest.mark.parametrize("secret", AWKWARD)
    @pytest.mark.parametrize(
        "make",
        [
            lambda secret: StringCommand("login", QuoteString(MaskString(secret))),
            lambda secret: StringCommand("login", QuoteString(HiddenValue(secret))),
            lambda secret: StringCommand(f"login -p{MaskString(secret)}"),
            lambda secret: StringCommand("login", QuoteString(f"-p{MaskString(secret)}")),
            lambda secret: StringCommand(f"login {shlex.quote(MaskString(secret))}"),
            lambda secret: StringCommand(
                "sh -c", QuoteString(StringCommand("x", QuoteString(MaskString(secret))))
            ),
            lambda secret: StringCommand(
                "sh -c", QuoteString(StringCommand("sh -c", QuoteString(f"x {MaskString(secret)}")))
            ),
        ],
    )
    def test_no_secret_shows_however_it_got_in(self, make, secret):
        command = make(secret)
        shown = str(command) + repr(command) + repr(QuoteString(command))
        assert "canary" not in shown
        assert MASK in shown

    def test_the_rest_of_a_command_shows(self):
        command = StringCommand("login --user", QuoteString("me"), f"--password={MaskString('canary-c1')}")
        assert str(command) == "login --user me --password=*MASKED*"


class TestTexts:
    @pytest.mark.parametrize("secret", AWKWARD)
    def test_every_way_of_writing_a_secret_is_hidden(self, secret):
        remember_secret(secret)
        for text in (
            secret,
            repr(secret),
            json.dumps(secret),
            shlex.quote(secret),
            json.dumps([secret], indent=1),
        ):
            assert "canary" not in mask(f"before {text} after"), text

    def test_a_secret_of_several_lines_is_hidden_line_by_line(self):
        remember_secret("-----BEGIN CANARY-----\nAAAAcanaryline1\nAAAAcanaryline2\n")
        assert mask("[host] AAAAcanaryline2") == "[host] *MASKED*"

    def test_a_secret_that_begins_with_another_is_hidden_to_its_end(self):
        for secret in ("canary-begin", "canary-begin-and-end", "canary-be"):
            remember_secret(secret)
        assert mask("(canary-begin-and-end)") == "(*MASKED*)"

    def test_a_secret_that_is_escaped_for_a_tool_stays_hidden(self):
        secret = MaskString("canary.for*grep")
        assert keep_secret(f"^{secret}$", "^canary\\.for\\*grep$") == "^canary\\.for\\*grep$"
        assert mask("grep '^canary\\.for\\*grep$'") == "grep '*MASKED*'"
        assert mask(keep_secret("no secret", "no\\ secret")) == "no\\ secret"

    def test_a_text_tells_whether_it_holds_a_secret(self):
        assert holds_secret(MaskString("abc"))
        assert holds_secret(HiddenValue("abd"))
        assert holds_secret(f"(^{MaskString('quetzal-held')}$)")
        assert not holds_secret("quetzal-hel")
        assert not any(holds_secret(value) for value in ("", 3, None))

    def test_a_short_value_is_hidden_where_it_stands_only(self):
        remember_secret("abc")
        assert mask("abc") == "abc"
        assert str(StringCommand("login", MaskString("abc"))) == "login *MASKED*"

    @pytest.mark.parametrize("value", [None, "", 12, object()])
    def test_what_is_no_secret_hides_nothing(self, value):
        remember_secret(value)
        assert mask("None 12 text") == "None 12 text"

    @given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=8), st.text(max_size=5))
    @settings(max_examples=50)
    def test_of_any_secret_nothing_is_left(self, secret, around):
        whole = f"canary{secret}"
        remember_secret(whole)
        assert whole not in mask(f"{around}{whole}{around}")

    def test_threads_mask_while_others_come_up_with_secrets(self):
        def work(number: int) -> None:
            for count in range(20):
                secret = f"canary-thread-{number}-{count}"
                remember_secret(secret)
                if "canary" in mask(f"x {secret} y"):
                    failures.append(secret)

        failures: list[str] = []
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
