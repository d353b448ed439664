"""What is said to be sure of grep and sed, against the grep and sed of this machine."""

import subprocess

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyinfra.operations.files._regex import compile_posix, escape_literal, surely_finds, surely_unchanged

PIECES = [
    "a",
    "b",
    ".",
    "*",
    "[ab]",
    "[^a]",
    "[[:digit:]]",
    "\\(",
    "\\)",
    "(",
    ")",
    "\\{1,2\\}",
    "{1,2}",
    "+",
    "?",
    "|",
]
PIECES += [
    "^",
    "$",
    "\\.",
    "\\*",
    "\\1",
    "\\w",
    "\\b",
    "]",
    "1",
    " ",
    "/",
    "\\\\",
    "\\+",
    "\\|",
    "-",
    "[]a]",
    "[a-b-]",
]
PATTERNS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
LINES = st.text("ab1 .*[]()+?|^$\\/-{}", max_size=8)


def grep(pattern, line, extended):
    command = ["grep", *(["-E"] if extended else []), "-e", pattern]
    return subprocess.run(command, input=f"{line}\n".encode(), capture_output=True, check=False).returncode


def sed(pattern, replace, flags, line, extended):
    script = f"s/{pattern.replace('/', '[/]')}/{replace}/{flags}"
    command = ["sed", *(["-E"] if extended else []), script]
    done = subprocess.run(command, input=f"{line}\n".encode(), capture_output=True, check=False)
    return done.stdout.decode().removesuffix("\n") if done.returncode == 0 else None


@settings(max_examples=400, deadline=None)
@given(PATTERNS, LINES, st.booleans())
@example("*a", "*a", False)
@example("a*", "", False)
@example("^*a", "*a", False)
@example("a[b", "a[b", False)
@example("^$|$", "$|", False)
def test_what_is_surely_found_is_found(pattern, line, extended):
    if surely_finds(pattern, line, extended):
        assert grep(pattern, line, extended) == 0
    elif compile_posix(pattern, extended) is not None:
        assert grep(pattern, line, extended) != 0


@settings(max_examples=200, deadline=None)
@given(LINES, LINES, st.booleans())
def test_an_escaped_text_matches_itself_alone(text, other, extended):
    pattern = f"^{escape_literal(text, extended)}$"
    assert grep(pattern, text, extended) == 0
    assert (grep(pattern, other, extended) == 0) is (text == other)


@settings(max_examples=400, deadline=None)
@given(
    PATTERNS,
    st.sampled_from(["", "a", "1", "\\1", "a\\1", "[", "\\\\"]),
    st.sampled_from(["", "g"]),
    LINES,
    st.booleans(),
)
@example("[ab]", "a", "g", "aa", False)
@example("\\(a\\)b*", "\\1b", "", "ab", False)
def test_what_is_surely_unchanged_is_unchanged(pattern, replace, flags, line, extended):
    if surely_unchanged([line], pattern, replace, extended, flags):
        assert sed(pattern, replace, flags, line, extended) == line
