"""What commands have in common is sent once, and each comes out as it went in."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra._engine.shared_text import share

SHELLS = [shell.split() for shell in ("dash", "bash --posix", "busybox sh") if shutil.which(shell.split()[0])]
TOKENS = st.one_of(
    st.sampled_from(
        ["stat", "-c", "'%U %G'", "/etc/it", "/srv/d0", "&&", "(", "", "$1", '"$@"', "`id`", "~", "#"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)
TEMPLATES = st.tuples(
    st.lists(st.one_of(TOKENS, st.integers(0, 11)), max_size=12),
    st.lists(st.lists(TOKENS, min_size=12, max_size=12), min_size=1, max_size=4),
)


def filled(template: list[str | int], arguments: list[str]) -> str:
    return " ".join(part if isinstance(part, str) else arguments[part] for part in template)


def put_together(shell: list[str], texts: tuple[str, ...]) -> list[str]:
    """What a shell makes of the words."""
    definitions, worded = share(texts)
    lines = [*definitions]
    for one in worded:
        lines += [one.assembly, f"printf '%s\\0' {one.word}"]
    ran = subprocess.run(shell, input="\n".join(lines).encode(), capture_output=True, check=True)
    assert ran.stderr == b""
    return ran.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@given(templates=st.lists(TEMPLATES, max_size=4))
@settings(max_examples=60, deadline=None)
def test_each_text_comes_out_as_it_went_in(
    shell: list[str], templates: list[tuple[list[str | int], list[list[str]]]]
):
    texts = tuple(filled(template, arguments) for template, rows in templates for arguments in rows)
    assert put_together(shell, texts) == list(texts)


def test_what_differs_is_all_that_each_one_adds():
    command = "test -e {0} || ( stat -c 'user=%U group=%G' {0} 2> /dev/null || ls -ld {0} )"
    definitions, worded = share(tuple(command.format(f"/srv/d{number}") for number in range(40)))
    assert [line for line in definitions if "stat" in line] == list(definitions)
    assert len(definitions) == 1
    assert worded[7].assembly.endswith(" /srv/d7")


@pytest.mark.parametrize(
    "texts",
    [
        (),
        ("cat /etc/group",),
        ("cat /etc/group", "cat /etc/passwd"),
        tuple(" ".join(chr(97 + (row * 7 + column * row) % 26) for column in range(30)) for row in range(3)),
    ],
    ids=["none", "one", "short", "nothing in common"],
)
def test_texts_that_would_not_be_shorter_are_left_as_they_are(texts: tuple[str, ...]):
    definitions, worded = share(texts)
    assert definitions == ()
    assert [one.assembly for one in worded] == [""] * len(texts)
