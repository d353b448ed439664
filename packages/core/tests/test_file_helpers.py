"""Commands that change files, sizes and quoting, against the shell and tools of this machine."""

import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra.api import MaskString, OperationError
from pyinfra.facts.util import make_cat_files_command, make_cat_files_command_with_markers
from pyinfra.facts.util.quoting import quote_interpolated, quote_path, quote_script
from pyinfra.facts.util.units import parse_human_readable_size, parse_size
from pyinfra.operations.util import all_changed, any_changed
from pyinfra.operations.util.files import (
    MetadataTimeField,
    adjust_regex,
    chmod,
    chown,
    ensure_mode_int,
    generate_color_diff,
    get_timestamp,
    sed_delete,
    sed_replace,
    strip_regex_anchors,
    touch,
    unix_path_join,
)
from pyinfra.operations.util.files import StringCommand as Command

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
NASTY = st.text("a\"'\\$`(){};&|\n -*~", max_size=12)


def shell(command, folder=None):
    text = command if isinstance(command, str) else Command(command).get_raw_value()
    done = subprocess.run(["sh", "-c", text], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode()


@settings(max_examples=60, deadline=None)
@given(st.one_of(TEXTS, NASTY))
def test_a_path_is_one_word_and_no_option(path):
    if path != "~" and not path.startswith("~/"):
        wanted = f"./{path}" if path.startswith("-") else path
        assert shell(Command("printf %s", quote_path(path))) == wanted


def test_a_home_is_left_to_the_shell():
    assert Command(quote_path("~/a b")).get_raw_value() == "~/'a b'"
    assert Command(quote_path("~")).get_raw_value() == "~"
    assert Command(quote_path("~bob/x")).get_raw_value() == "'~bob/x'"
    assert Command(quote_path(Path("/a b"))).get_raw_value() == "'/a b'"


@settings(max_examples=60, deadline=None)
@given(st.one_of(TEXTS, NASTY))
def test_a_script_stands_as_it_is(text):
    assert shell(f"printf %s {quote_script(text)}") == text


@settings(max_examples=100, deadline=None)
@given(st.text("a\"' ;&|\n*", max_size=12))
def test_interpolated_text_is_one_word(text):
    assert shell(f"printf %s {quote_interpolated(text)}") == text


@pytest.mark.parametrize("text", ['\\"; echo x; "', "\\", '\\\\"', "a\\\nb", '"\\'])
def test_interpolated_text_never_ends_its_quotes(text):
    assert shell(f"printf %s {quote_interpolated(text)}") == text


def test_interpolated_text_is_interpolated():
    assert shell(f"x='a b'; printf %s {quote_interpolated('<$x> $(echo 1)')}") == "<a b> 1"


def test_files_that_may_be_missing(tmp_path):
    (tmp_path / "a b").write_text("1\n")
    (tmp_path / "c.list").write_text("2\n")
    (tmp_path / "d.list").write_text("3\n")
    assert shell(make_cat_files_command("a b", "none", "*.list", "none*"), tmp_path) == "1\n2\n3\n"
    assert shell(make_cat_files_command("none"), tmp_path) == ""
    marked = shell(make_cat_files_command_with_markers('%d "$x" \\n', "a b", "*.list", "none"), tmp_path)
    assert marked == '%d "$x" \\n a b\n1\n%d "$x" \\n c.list\n2\n%d "$x" \\n d.list\n3\n'


@given(st.integers(0, 10**6), st.sampled_from(["B", "kb", "MiB", "Gb", "tIB"]), st.sampled_from(["", " "]))
def test_sizes_are_whole_units(number, unit, space):
    base = 1024 if "i" in unit.lower() else 1000
    power = "BKMGT".index(unit[0].upper())
    assert parse_size(f"{number}{space}{unit}") == number * base**power


@pytest.mark.parametrize(("size", "wanted"), [("1.5 KB", 1500), ("0.5KiB", 512), (7, 7), ("7", 7)])
def test_other_sizes(size, wanted):
    assert parse_size(size) == wanted


@pytest.mark.parametrize("size", ["", "KB", "1 X", "1 K B", "ten MB", "1.2.3 MB"])
def test_what_is_no_size(size):
    with pytest.raises(ValueError, match="is not a size"):
        parse_human_readable_size(size)


@pytest.mark.parametrize(
    ("mode", "wanted"), [("0o755", 755), ("0755", 755), (4711, 4711), ("u+x", "u+x"), (None, None), ("0", 0)]
)
def test_modes(mode, wanted):
    assert ensure_mode_int(mode) == wanted


@pytest.mark.parametrize("mode", ["8", 190, -1])
def test_what_is_no_mode(mode):
    with pytest.raises(ValueError, match="non-octal digits"):
        ensure_mode_int(mode)


def test_modes_and_owners():
    assert str(chmod("-f", "-x")) == "chmod -x ./-f"
    assert str(chmod("a b", 755, recursive=True)) == "chmod -R 755 'a b'"
    assert str(chown("f", "-R", "g;x", dereference=False)) == "chown -h -- '-R:g;x' f"
    assert str(chown("f", group="g", recursive=True)) == "chgrp -R g f"
    with pytest.raises(OperationError):
        chown("f")


def test_a_time_is_set(tmp_path):
    (tmp_path / "f").touch()
    when = datetime(2020, 1, 2, 3, 4, 5, 250000, tzinfo=timezone(timedelta(hours=2)))
    shell(touch("f", MetadataTimeField.MTIME, when), tmp_path)
    assert (tmp_path / "f").stat().st_mtime == when.timestamp()
    assert str(touch("-f", MetadataTimeField.ATIME, when, dereference=False)) == (
        "touch -a -d 2020-01-02T01:04:05.250000Z -h ./-f"
    )


@settings(max_examples=60, deadline=None)
@given(st.text("ab/&'\"$`; é\n", max_size=10))
def test_a_replacement_is_text(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("sed")
    (folder / "f").write_text("one\nx/y\ntwo\n")
    shell(sed_replace("f", "^x/y$", text), folder)
    assert (folder / "f").read_text() == f"one\n{text}\ntwo\n"
    assert [path.name for path in folder.iterdir()] == ["f"]


def test_groups_flags_and_backups(tmp_path):
    (tmp_path / "f").write_text("a1 b2\nc\n")
    shell(sed_replace("f", "([a-z])([0-9])", "\\2\\1", ["g"], backup=True, extended_regex=True), tmp_path)
    assert (tmp_path / "f").read_text() == "1a 2b\nc\n"
    assert len(list(tmp_path.iterdir())) == 2
    shell(sed_delete("f", "^c", ""), tmp_path)
    assert (tmp_path / "f").read_text() == "1a 2b\n"
    assert shell(sed_delete("f", "1", "", in_place=False), tmp_path) == ""
    assert (tmp_path / "f").read_text() == "1a 2b\n"


def test_a_secret_is_no_argument_of_sed(tmp_path):
    secret = MaskString("canary/'sed'")
    (tmp_path / "f").write_text(f"a\n{secret}\n")
    replace = sed_replace("f", "^a$", secret, backup=True)
    assert replace.get_raw_value().startswith("printf ")
    assert "canary" not in str(replace)
    shell(replace, tmp_path)
    assert (tmp_path / "f").read_text() == f"{secret}\n{secret}\n"
    shell(sed_delete("f", f"^{secret}$", ""), tmp_path)
    assert (tmp_path / "f").read_text() == ""
    interpolated = sed_replace("f", "a", f"$HOME {secret}", interpolate_variables=True, in_place=False)
    assert interpolated.get_raw_value().startswith("printf '%s\\n' \"s/a/$HOME canary")


@pytest.mark.parametrize(
    ("line", "escape", "wanted"),
    [
        ("a", False, "^.*a.*$"),
        ("^a", False, "^a.*$"),
        ("a$", False, "^.*a$"),
        ("^a.c", True, r"^.*\^a\.c.*$"),
        ("(a+)", True, r"^.*\(a\+\).*$"),
    ],
)
def test_whole_line_expressions(line, escape, wanted):
    assert adjust_regex(line, escape) == wanted


def test_basic_expressions_leave_literals_alone():
    assert adjust_regex("(a+)[", True, extended_regex=False) == r"^.*(a+)\[.*$"


@pytest.mark.parametrize(("line", "wanted"), [("^a$", "a"), ("a", "a"), (r"a\$", r"a\$"), ("^", "")])
def test_anchors_are_stripped(line, wanted):
    assert strip_regex_anchors(line) == wanted


def test_paths_are_joined():
    assert unix_path_join("/a/", "b", "c/") == "/a/b/c/"
    assert unix_path_join("/", "a") == "/a"


def test_a_timestamp_is_ten_digits():
    assert len(get_timestamp()) == 10
    assert get_timestamp().isdecimal()


def test_a_diff():
    assert list(generate_color_diff(["a\n", "b"], ["a", "c"])) == ["@@ -1,2 +1,2 @@", "  a", "- b", "+ c"]
    assert list(generate_color_diff(["a"], ["a\n"])) == []


class Meta:
    def __init__(self, changed):
        self.did_change = lambda: changed


def test_conditions_wait_until_they_are_asked():
    assert any_changed(Meta(False), Meta(True))()
    assert not any_changed(Meta(False))()
    assert all_changed(Meta(True), Meta(True))()
    assert not all_changed(Meta(True), Meta(False))()
