"""Case files: what they can say, and what a wrong one or a wrong fact or operation is told."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest
from pyinfra_testkit.cases import CaseError, CaseFailedError, run_fact_case, run_operation_case

pytest_plugins = ["pytester"]

CASES = Path(__file__).parent / "cases"
DEMO = dedent(
    '''
    from dataclasses import dataclass
    from datetime import datetime
    from enum import Enum
    from io import StringIO
    from pathlib import Path

    from pyinfra import host
    from pyinfra.api import (
        FactBase, FileDownloadCommand, FileUploadCommand, FunctionCommand, MaskString, OperationValueError,
        QuoteString, ShortFactBase, StringCommand, operation,
    )


    class Level(Enum):
        LOW = "low"
        HIGH = "high"


    @dataclass
    class Limit:
        level: Level
        count: int = 1


    class Pools(FactBase):
        def requires_command(self, name=None):
            return "pool"

        def command(self, name=None):
            return StringCommand("pool", "list", QuoteString(name)) if name else "pool list"

        def process(self, output):
            if output == ["broken"]:
                raise ValueError("no pools")
            pairs = [line.split() for line in output]
            return {name: {"size": int(size), "seen": datetime.now()} for name, size in pairs}


    class PoolNames(ShortFactBase):
        fact = Pools

        def process_data(self, data):
            return set(data)


    class Limits(FactBase):
        command = "limits"

        def process(self, output):
            return {("a", 1): Limit(Level.LOW), 5: b"x", "path": Path("/x")}


    class Size(FactBase):
        def command(self, path, unit=None):
            return "size"


    @operation()
    def pool(name, size=1, limit: Limit | None = None, level: Level = Level.LOW, source=None):
        """Make a pool."""
        if size < 0:
            raise OperationValueError("size is negative")
        pools = host.get_fact(Pools, _sudo=True)
        if name in pools and pools[name].size == size:
            host.noop(f"pool {name} has size {size}")
            return
        yield StringCommand("pool", "set", QuoteString(name), str(size), level.value)
        if limit:
            yield StringCommand("limit", limit.level.value, str(limit.count), _sudo=True)
        if source == "secret":
            yield StringCommand("key", MaskString("s3cret"))
        elif source:
            content = source.read() if hasattr(source, "read") else Path(source).read_text()
            yield FileUploadCommand(StringIO(content), f"/pools/{name}")
            yield FileDownloadCommand("/pools/log", "log")
            yield FunctionCommand(print, ["done"], {"end": ""})


    @operation()
    def silent():
        """Do nothing, and say nothing."""
        return
        yield


    @operation()
    def grow(path):
        """Ask for facts with arguments."""
        if host.get_fact(Size, path=path) < 10:
            yield f"grow {path} {host.data.step}"
    '''
)


@pytest.fixture(autouse=True)
def _demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "testkit_demo").mkdir()
    (tmp_path / "testkit_demo/pools.py").write_text(DEMO)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)


def case(folder: Path, target: str, text: str, name: str = "case.yaml") -> Path:
    path = folder / target / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(dedent(text))
    return path


@pytest.mark.parametrize("path", sorted((CASES / "facts").glob("*/*")), ids=lambda path: path.stem)
def test_facts_that_do_what_their_case_says(path: Path) -> None:
    run_fact_case(path, "testkit_demo")


@pytest.mark.parametrize("path", sorted((CASES / "operations").glob("*/*")), ids=lambda path: path.stem)
def test_operations_that_do_what_their_case_says(path: Path) -> None:
    run_operation_case(path, "testkit_demo")


@pytest.mark.parametrize(
    ("target", "text", "said"),
    [
        ("pools.Pools", "command: pool show", '-"pool show"\n+"pool list"'),
        ("pools.Pools", "{command: pool list, requires_command: zpool}", "requires_command differs"),
        ("pools.PoolNames", "{output: a 1, fact: [b]}", '-  "b"\n+  "a"'),
        (
            "pools.PoolNames",
            "{output: broken, exception: {name: ValueError, message: none}}",
            "says 'no pools', not 'none'",
        ),
        ("pools.PoolNames", "{output: a 1, exception: {name: ValueError}}", "no ValueError was raised"),
        ("pools.Limits", "{output: '', fact: {5: x, path: /x}}", '"level": "low"'),
    ],
)
def test_a_fact_that_differs_is_shown_with_its_case(
    tmp_path: Path, target: str, text: str, said: str
) -> None:
    path = case(tmp_path, target, text)
    with pytest.raises(CaseFailedError) as failed:
        run_fact_case(path, "testkit_demo")
    assert str(failed.value).startswith(f"{path}: ")
    assert said in str(failed.value)


@pytest.mark.parametrize(
    ("target", "text", "said"),
    [
        ("pools.pool", "{args: [a], facts: {pools.Pools: {}}, commands: []}", '+  "pool set a 1 low"'),
        ("pools.pool", "{args: [a, -1], exception: {name: KeyError, message: x}}", None),
        (
            "pools.pool",
            "{args: [a, -1], exception: {names: [OperationValueError], message: x}}",
            "says 'size is negative'",
        ),
        (
            "pools.pool",
            "{args: [a], facts: {pools.Pools: {a: {size: 1}}}, commands: [], noop_description: x}",
            "noop_description differs",
        ),
        ("pools.silent", "commands: []", "host.noop(...)"),
    ],
)
def test_an_operation_that_differs_is_shown_with_its_case(
    tmp_path: Path, target: str, text: str, said: str | None
) -> None:
    path = case(tmp_path, target, text)
    with pytest.raises(CaseFailedError if said else Exception) as failed:
        run_operation_case(path, "testkit_demo")
    if said is None:
        assert type(failed.value).__name__ == "OperationValueError"
    else:
        assert str(failed.value).startswith(f"{path}: ")
        assert said in str(failed.value)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("{}", "the fact pools.Size is asked for, but not given; given: none"),
        (
            "{pools.Size: {path=/y: 1}}",
            "the fact pools.Size for `path=/x, unit=None` is asked for, but not given; given: `path=/y`",
        ),
    ],
)
def test_a_fact_that_the_case_does_not_give_is_named(tmp_path: Path, facts: str, said: str) -> None:
    path = case(tmp_path, "pools.grow", f"{{args: [/x], facts: {facts}, commands: []}}")
    with pytest.raises(CaseFailedError) as failed:
        run_operation_case(path, "testkit_demo")
    assert str(failed.value) == f"{path}: {said}"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("case.yaml", "{outptu: '', fact: 1}", "unknown key 'outptu': did you mean 'output'?"),
        ("case.yaml", "{zzz: 1}", "unknown key 'zzz': a case here may have arg, command"),
        ("case.yaml", "[1]", "a case is a mapping, not list"),
        ("case.yaml", "{output: a 1}", "output and fact (or exception) belong together"),
        ("case.yaml", "{arg: []}", "a fact's case has a command, or an output"),
        ("case.yaml", "command: x\ncommand: y\n", "the key 'command' is there twice"),
        ("case.yaml", "{", "expected the node content"),
        ("case.json", '{"command": "x", "command": "y"}', "the key 'command' is there twice"),
        ("case.json", "{", "Expecting property name"),
        ("case.yaml", "{output: broken, exception: no}", "exception has a name"),
    ],
)
def test_a_wrong_case_is_one_error_that_begins_with_its_path(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    path = case(tmp_path, "pools.Pools", text, name)
    with pytest.raises(CaseError) as failed:
        run_fact_case(path, "testkit_demo")
    assert str(failed.value).startswith(f"{path}: ")
    assert said in str(failed.value)


@pytest.mark.parametrize("text", ["{}", "{commands: [x], exception: {name: X}}"])
def test_an_operation_case_has_commands_or_an_exception(tmp_path: Path, text: str) -> None:
    with pytest.raises(CaseError, match="either commands or an exception"):
        run_operation_case(case(tmp_path, "pools.pool", text), "testkit_demo")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("pools.Nothing", "testkit_demo.pools has no Nothing"),
        ("nowhere.Pools", "No module named 'testkit_demo.nowhere'"),
        ("pools", "a folder of cases is named module.name"),
    ],
)
def test_a_folder_of_nothing_is_named(tmp_path: Path, target: str, said: str) -> None:
    path = case(tmp_path, target, "command: x")
    with pytest.raises(CaseError, match=said) as failed:
        run_fact_case(path, "testkit_demo")
    assert str(failed.value).startswith(f"{path.parent}: ")


def test_a_case_for_another_platform_is_skipped(tmp_path: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="a case for Plan9"):
        run_operation_case(
            case(tmp_path, "pools.pool", "{commands: [], require_platform: [Plan9]}"), "testkit_demo"
        )


def test_one_line_makes_a_test_of_each_case(pytester: pytest.Pytester) -> None:
    case(pytester.mkdir("cases"), "pools.Pools", "command: pool list", "right.yaml")
    case(pytester.path / "cases", "pools.Pools", '{"command": "x"}', "wrong.json")
    pytester.makepyfile(
        "from pathlib import Path\nfrom pyinfra_testkit.cases import fact_tests\n"
        "test_facts = fact_tests(Path(__file__).parent / 'cases', 'testkit_demo')\n"
    )
    result = pytester.runpytest_subprocess("-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_facts[[]pools.Pools/right[]] PASSED*",
            "*test_facts[[]pools.Pools/wrong[]] FAILED*",
            "*wrong.json: command differs*",
        ]
    )


@pytest.mark.parametrize(
    ("name", "said"), [(None, "no case files"), ("pools.Pools/notes.txt", "not a case file")]
)
def test_a_folder_without_cases_is_an_error(pytester: pytest.Pytester, name: str | None, said: str) -> None:
    if name:
        path = pytester.path / "cases" / name
        path.parent.mkdir(parents=True)
        path.touch()
    pytester.makepyfile(
        "from pathlib import Path\nfrom pyinfra_testkit.cases import operation_tests\n"
        "test_operations = operation_tests(Path(__file__).parent / 'cases', 'testkit_demo')\n"
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{said}*"])
