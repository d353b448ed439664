"""Fact cases filled in from what a host prints."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pyinfra_testkit.cases import CaseError, run_fact_case
from pyinfra_testkit.cases._record import Recorder, _yaml
from pyinfra_testkit.cases._recording import start, stop
from pyinfra_testkit.cases._secrets import mask_lines

pytest_plugins = ["pytester"]

FACTS = """
from pyinfra.api import FactBase, MaskString, QuoteString, ShortFactBase, StringCommand

class Content(FactBase):
    '''A file's lines.'''
    def requires_command(self, path, program="cat"):
        return program
    def command(self, path, program="cat"):
        return StringCommand("cat", QuoteString(path))
    def process(self, output):
        if output == ["broken"]:
            raise ValueError("no sense in it")
        return {"lines": list(output)}

class Count(ShortFactBase):
    fact = Content
    def process_data(self, data):
        return len(data["lines"])

class Login(FactBase):
    def command(self, password):
        return StringCommand("echo", QuoteString(MaskString(password)))

class User(FactBase):
    command = "id -un"
"""
TEST = """
from pathlib import Path
from pyinfra_testkit.cases import fact_tests
test_facts = fact_tests(Path(__file__).parent / "cases", "kept")
"""


class Kept:
    """A folder with facts, and cases that hold nothing but their arguments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "kept").mkdir()
        (folder / "kept/__init__.py").touch()
        (folder / "kept/files.py").write_text(FACTS)

    def case(self, name: str, text: str) -> Path:
        path = self.folder / "cases" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def source(self, text: str) -> str:
        (self.folder / "source").write_bytes(text.encode("utf-8", "surrogateescape"))
        return str(self.folder / "source")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("kept", "kept.files"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return Kept(tmp_path)


@pytest.fixture
def record() -> Iterator[Callable[..., list[Path]]]:
    """Runs a case as `pytest --record` does, and then as pytest alone does."""
    open_recorders: list[Recorder] = []

    def run(path: Path, name: str = "@local", sudo: bool = False, masked: Iterable[str] = ()) -> list[Path]:
        recorder = Recorder(name, sudo, masked, lambda _: None)
        open_recorders.append(recorder)
        start(recorder)
        try:
            run_fact_case(path, "kept")
        finally:
            stop()
        run_fact_case(path, "kept")
        return recorder.recorded

    yield run
    for recorder in open_recorders:
        recorder.close()


@pytest.mark.parametrize("name", ["one.yaml", "one.json"])
@pytest.mark.parametrize(
    "text", ["one\n  two \n\n", "caf\udce9 grün\n", "a: b\n- c\n'\n", "tab\t\x1b[1m\u2028end\n"]
)
def test_what_is_recorded_is_a_case_that_passes(kept: Kept, record, name: str, text: str) -> None:
    path = kept.case(f"files.Content/{name}", f'{{"arg": ["{kept.source(text)}"]}}')
    assert record(path) == [path]
    data = yaml.safe_load(path.read_text())
    assert data["command"] == f"cat {kept.folder}/source"
    assert data["requires_command"] == "cat"
    assert data["fact"] == {"lines": text.removesuffix("\n").split("\n")}
    before = path.read_bytes()
    assert record(path) == []
    assert path.read_bytes() == before


def test_what_the_author_wrote_stays(kept: Kept, record) -> None:
    text = f"# why this one\narg: {{path: {kept.source('x')}}}   # of the lab\n"
    path = kept.case("files.Count/one.yaml", text)
    record(path)
    assert path.read_text().startswith(text)
    assert path.read_text().endswith("output: |\n  x\nfact: 1\n")


def test_an_empty_file_is_enough(kept: Kept, record) -> None:
    path = kept.case("files.User/me.yaml", "")
    record(path)
    assert yaml.safe_load(path.read_text())["command"] == "id -un"


@pytest.mark.parametrize("text", ["output: someone\nfact: someone\n", "command: id -un\n"])
def test_cases_that_say_something_are_left_alone(kept: Kept, record, text: str) -> None:
    path = kept.case("files.User/me.yaml", text)
    assert record(path) == []
    assert path.read_text() == text


def test_output_that_the_parser_does_not_understand_is_kept(kept: Kept, record) -> None:
    path = kept.case("files.Content/one.yaml", f"arg: {kept.source('broken')}\n")
    with pytest.raises(ValueError, match="no sense in it"):
        record(path)
    assert yaml.safe_load(path.read_text())["output"] == "broken\n"


@pytest.mark.parametrize(
    ("arg", "message"),
    [
        ("{path: /nowhere/at/all}", "No such file"),
        ("{path: /dev/null}", "@local printed nothing, which is no case of a parser"),
        ("{path: /dev/null, program: no-such-program}", "it has no no-such-program, which the fact needs"),
        ("{wrong: 1}", "unexpected keyword argument 'wrong'"),
    ],
)
def test_what_can_not_be_recorded_is_left_and_named(kept: Kept, record, arg: str, message: str) -> None:
    path = kept.case("files.Content/one.yaml", f"arg: {arg}\n")
    with pytest.raises(CaseError, match=f"one.yaml: .*{message}"):
        record(path)
    assert path.read_text() == f"arg: {arg}\n"


def test_a_host_that_is_none_is_named(kept: Kept, record) -> None:
    with pytest.raises(CaseError, match=r"me\.yaml: @nobody/1: "):
        record(kept.case("files.User/me.yaml", ""), "@nobody/1")


def test_secrets_are_masked(kept: Kept, record) -> None:
    text = "token=abc123\nmy own name\nroot:$6$salt$hash:19000\n"
    path = kept.case("files.Content/one.yaml", f"arg: {kept.source(text)}\n")
    record(path, masked=["my own"])
    data = yaml.safe_load(path.read_text())
    assert data["output"] == "token=*MASKED*\n*MASKED* name\nroot:*MASKED*:19000\n"
    assert data["fact"] == {"lines": data["output"].splitlines()}
    login = kept.case("files.Login/one.yaml", "arg: hunter22\n")
    record(login)
    told = yaml.safe_load(login.read_text())
    assert (told["output"], told["fact"]) == ("*MASKED*\n", "*MASKED*")
    assert told["command"]["masked"] == "echo '*MASKED*'"


@pytest.mark.parametrize(("sudo", "user"), [(False, "deploy"), (True, "root")])
def test_from_a_real_host(kept: Kept, record, real_hosts, sudo: bool, user: str) -> None:
    path = kept.case("files.User/me.yaml", "")
    record(path, "@testkit", sudo)
    assert yaml.safe_load(path.read_text())["fact"] == user


def test_the_option(pytester: pytest.Pytester) -> None:
    kept = Kept(pytester.path)
    pytester.makepyfile(test_kept=TEST)
    path = kept.case("files.User/me.yaml", "arg: []\n")
    named = pytester.runpytest_subprocess()
    named.stdout.fnmatch_lines(["*me.yaml*`pytest --record` fills them in from a host*"])
    recorded = pytester.runpytest_subprocess("--record", "--record-host=@local")
    recorded.assert_outcomes(passed=1)
    recorded.stdout.fnmatch_lines([f"recorded from @local: {path}"])
    pytester.runpytest_subprocess("--record").stdout.fnmatch_lines(["nothing was recorded*"])


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("https://me:hunter2@example.com/x", "https://me:*MASKED*@example.com/x"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer *MASKED*"),
        ("  db_password = 'two words' # x", "  db_password = *MASKED* # x"),
        ('{"apiKey": "abc", "user": "me"}', '{"apiKey": *MASKED*, "user": "me"}'),
        ("AKIAABCDEFGHIJKLMNOP is it", "*MASKED* is it"),
        ("x ghp_abcdefghijklmnopqrstuvwxyz0123456789", "x *MASKED*"),
        ("eyJhbGciOi.eyJzdWIi.c2ln", "*MASKED*"),
        ("deploy:$y$j9T$abc/def.$ghi:19000:0", "deploy:*MASKED*:19000:0"),
        ("PasswordAuthentication yes", "PasswordAuthentication yes"),
        ("root:x:0:0:root:/root:/bin/bash", "root:x:0:0:root:/root:/bin/bash"),
        ("http://example.com:80/a@b", "http://example.com:80/a@b"),
    ],
)
def test_what_looks_like_a_secret(line: str, masked: str) -> None:
    assert mask_lines([line]) == [masked]


def test_private_keys_line_by_line() -> None:
    begin, end = "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"
    assert mask_lines(["a", begin, "b3Blb", "AAAA", end, "b"]) == [
        *("a", begin, "*MASKED*", "*MASKED*", end, "b")
    ]


@given(st.lists(st.text()))
def test_masking_keeps_the_count_of_lines(lines: list[str]) -> None:
    assert len(mask_lines(lines)) == len(lines)


@given(st.text(st.characters(codec="utf-8")))
def test_text_is_written_as_it_is(text: str) -> None:
    assert yaml.safe_load(_yaml({"output": text})) == {"output": text}
