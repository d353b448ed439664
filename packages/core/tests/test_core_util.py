"""What core, operations and facts share."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.api import StringCommand
from pyinfra.api.exceptions import OperationTypeError
from pyinfra.api.util import (
    as_command,
    format_exception,
    get_call_location,
    get_file_io,
    get_file_md5,
    get_file_path,
    get_file_sha1,
    get_file_sha256,
    get_kwargs_str,
    get_path_permissions_mode,
    get_template,
    log_error_or_warning,
    make_hash,
    memoize,
    raise_if_bad_type,
    sha1_hash,
    try_int,
)

plain = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
values = st.recursive(
    plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.sets(plain)
)


class TestMakeHash:
    @given(values)
    def test_equal_values_are_alike(self, value):
        copy = dict(reversed(value.items())) if isinstance(value, dict) else value
        assert make_hash(copy) == make_hash(value)
        assert len(make_hash(value)) == 40

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (1, "1"), (1, True), (0, None), ("", None), ([], {}), (["a", "b"], ["ab"]), (["a", ["b"]], [["a"], "b"]),
            ({"a": 1}, {"a": 2}), ({"a": None}, {}), (["a,str b"], ["a", "b"]), (b"a", "a"), ("a']", "a"),
        ],
    )  # fmt: skip
    def test_different_ones_are_told_apart(self, one, other):
        assert make_hash(one) != make_hash(other)

    def test_it_is_the_same_in_every_process(self):
        code = "from pyinfra.api.util import make_hash; print(make_hash([{'b', 'a', 'c'}, {'x': (1, None)}]))"
        told = {
            subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for seed in ("1", "2")
        }
        assert told == {make_hash([{"c", "a", "b"}, {"x": (1, None)}])}

    def test_functions_count_by_name(self):
        assert make_hash(print) != make_hash(len)

    def test_bytes_that_are_no_text(self):
        assert make_hash("caf\udce9") != make_hash("cafe")
        assert sha1_hash("a") == hashlib.sha1(b"a").hexdigest()


class TestMemoize:
    def test_is_called_once_for_each_list_of_arguments(self):
        calls = []

        @memoize
        def double(*args, **kwargs):
            calls.append((args, kwargs))
            return [args, kwargs]

        assert double(1, a=2, b=3) is double(1, b=3, a=2)
        assert double(1) is not double("1")
        assert len(calls) == 3

    def test_an_error_is_not_remembered(self):
        answers = iter([ZeroDivisionError(), 5])

        @memoize
        def ask():
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return answer

        with pytest.raises(ZeroDivisionError):
            ask()
        assert ask() == 5


@pytest.mark.parametrize(
    ("value", "number"), [("5", 5), (" -3 ", -3), (7, 7), ("5.5", "5.5"), ("", ""), (None, None), ("x", "x")]
)
def test_try_int(value, number):
    assert try_int(value) == number


def test_get_kwargs_str():
    assert get_kwargs_str({"b": 1, "a": "x"}) == "a=x, b=1"
    assert get_kwargs_str({"self": object(), "state": 1, "host": 2, "a": "x"}) == "a=x"
    assert get_kwargs_str({}) == ""


class TestFiles:
    @pytest.mark.parametrize("text", ["", "one\ntwo\r\nthree", "grün ☃", "x" * 200_000])
    def test_digests_of_files_and_ios(self, tmp_path: Path, text):
        content = text.encode()
        file = tmp_path / "x"
        file.write_bytes(content)
        for tell, digest in ((get_file_sha1, "sha1"), (get_file_md5, "md5"), (get_file_sha256, "sha256")):
            wanted = hashlib.new(digest, content).hexdigest()
            assert [tell(source) for source in (str(file), file, BytesIO(content))] == [wanted] * 3
            if "\r" not in text:
                assert tell(StringIO(text)) == wanted

    def test_an_io_is_wound_and_left_open(self):
        content = BytesIO(b"abc")
        content.read()
        for _ in range(2):
            with get_file_io(content) as file:
                assert file.read() == b"abc"
        assert not content.closed
        assert content.tell() == 0

    def test_a_file_is_closed(self, tmp_path: Path):
        (tmp_path / "x").write_bytes(b"\xff")
        with get_file_io(str(tmp_path / "x")) as file:
            assert file.read() == b"\xff"
        assert file.closed

    def test_sources_are_told_apart(self, tmp_path: Path):
        one, two = StringIO("a"), StringIO("a")
        assert get_file_io(one).cache_key == get_file_io(one).cache_key != get_file_io(two).cache_key
        assert get_file_io("path").cache_key == "path"

    @pytest.mark.parametrize(("mode", "text"), [(0o644, "644"), (0o7, "007"), (0o600, "600")])
    def test_permissions(self, tmp_path: Path, mode, text):
        (tmp_path / "x").touch()
        (tmp_path / "x").chmod(mode)
        assert get_path_permissions_mode(tmp_path / "x") == text

    @pytest.mark.parametrize(
        ("cwd", "name", "path"),
        [
            ("/deploy", "a/b", "/deploy/a/b"),
            ("/deploy", "/a", "/a"),
            (None, "a", "a"),
            ("/deploy", "-x", "/deploy/-x"),
        ],
    )
    def test_paths_of_a_deploy(self, cwd, name, path):
        assert get_file_path(SimpleNamespace(cwd=cwd), name) == path  # type: ignore[arg-type]


class TestTemplates:
    def test_files_and_ios(self, tmp_path: Path):
        (tmp_path / "base").write_text("<{% block x %}{% endblock %}>")
        (tmp_path / "t").write_text('{% extends "base" %}{% block x %}{{ a }}{% endblock %}')
        for path in (str(tmp_path / "t"), tmp_path / "t"):
            assert get_template(path).render(a=1) == "<1>"
        assert get_template(StringIO("{{ a }}\n")).render(a=1) == "1\n"
        assert get_template(BytesIO("grün {{ a }}".encode())).render(a=1) == "grün 1"

    def test_are_utf_8_whatever_the_locale(self, tmp_path: Path):
        (tmp_path / "t").write_bytes("grün {{ a }} ☃\n".encode())
        code = (
            "import sys; from pyinfra.api.util import get_template; "
            "print(ascii(get_template(sys.argv[1]).render(a=1)))"
        )
        done = subprocess.run(
            [sys.executable, "-X", "utf8=0", "-c", code, str(tmp_path / "t")],
            env={**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == ascii("grün 1 ☃\n")

    def test_an_undefined_name_is_an_error(self):
        with pytest.raises(Exception, match="'missing' is undefined"):
            get_template(StringIO("{{ missing }}")).render()

    def test_settings_are_the_callers(self):
        template = get_template(
            StringIO("[[ a ]]"), {"variable_start_string": "[[", "variable_end_string": "]]"}
        )
        assert template.render(a=1) == "1"


def test_raise_if_bad_type():
    raise_if_bad_type("x", str, OperationTypeError, "`user`")
    with pytest.raises(OperationTypeError, match="`user` must be str, not int"):
        raise_if_bad_type(5, str, OperationTypeError, "`user`")


def test_format_exception():
    assert format_exception(ValueError("why")) == "ValueError: why"
    assert format_exception(KeyboardInterrupt()) == "KeyboardInterrupt"


def test_as_command():
    command = StringCommand("a")
    assert as_command(command) is command
    assert as_command("\n  echo a\n").get_raw_value() == "echo a"


@pytest.mark.parametrize(
    ("ignore", "go_on", "level", "text"),
    [
        (False, False, logging.ERROR, "[h] Error: it: ValueError: why"),
        (True, False, logging.WARNING, "[h] Error (ignored): it: ValueError: why"),
        (True, True, logging.WARNING, "[h] Error (ignored, execution continued): it: ValueError: why"),
    ],
)
def test_what_failed_is_logged(caplog, ignore, go_on, level, text):
    host = SimpleNamespace(print_prefix="[h] ")
    log_error_or_warning(host, ignore, "it", go_on, ValueError("why"))  # type: ignore[arg-type]
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(level, text)]


class TestPatched:
    """Published test suites patch how this module reaches the file system; that must take effect everywhere."""

    def test_open(self):
        with mock.patch("pyinfra.api.util.open", mock.mock_open(read_data=b"patched")) as opened:
            assert get_file_sha1("/nowhere") == hashlib.sha1(b"patched").hexdigest()
            with get_file_io("/nowhere") as file:
                assert file.read() == b"patched"
        opened.assert_called_with("/nowhere", "rb")

    def test_open_for_templates(self):
        with mock.patch("pyinfra.api.util.open", mock.mock_open(read_data="{{ a }}")):
            assert get_template("/nowhere").render(a=1) == "1"

    def test_stat(self):
        with mock.patch("pyinfra.api.util.stat", return_value=SimpleNamespace(st_mode=0o100640)):
            assert get_path_permissions_mode("/nowhere") == "640"


@pytest.mark.parametrize(("offset", "further"), [(0, 0), (1, 3)])
def test_where_a_call_stands(offset, further):
    def called() -> str:
        return get_call_location(offset)

    def calls() -> str:
        return called()

    line = called.__code__.co_firstlineno + 1 + further
    assert calls() == f"line {line} in {Path(__file__).name}"
