"""Operations of any steps: the same is done, seen and told whether their commands go together or apart."""

from __future__ import annotations

import re
import shutil
from io import BytesIO
from pathlib import Path

from engine_kit import Content
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyinfra.api import FileUploadCommand, FunctionCommand, StringCommand, operation
from pyinfra.context import host
from together_kit import Placing, called, error, outcome

NAMES = ("a", "b", "d/c", "-e f")
COMMANDS = (
    *(
        "echo line",
        "echo more >>a",
        "cp a b",
        "cat a b",
        "rm -f a",
        "mv -f -- b '-e f'",
        "mkdir d",
        "test -e a",
    ),
    *(
        "cat a >&2; exit 3",
        "printf x >>d/c",
        "exit 3",
        "pwd",
        "cd d; pwd",
        "cat",
        "wc -c <a",
        "rm -r d",
        "umask 022",
    ),
    *("mv ../here ../there && mkdir ../here", "ln -sf a b", "chmod 600 a", "echo $A"),
)
names = st.sampled_from(NAMES)
contents = st.binary(max_size=20) | st.sampled_from([b"", b"text\n", "é 'q'\r\n".encode(), b"x" * 40_000])
steps = st.one_of(
    st.sampled_from(COMMANDS),
    st.sampled_from(COMMANDS),
    st.tuples(st.just("upload"), names, contents),
    st.tuples(st.just("look"), names),
    st.tuples(st.just("function"), names),
    st.tuples(
        st.just("with"), st.sampled_from(COMMANDS), st.sampled_from([{"_env": {"A": "1"}}, {"_chdir": "d"}])
    ),
    st.tuples(
        st.just("with"),
        st.sampled_from(COMMANDS),
        st.sampled_from([{"_success_exit_codes": [3]}, {"_stdin": "a\nb"}]),
    ),
)


def done(steps, folder: Path, seen: list):
    """What an operation of these steps yields, and what it notes of what it sees."""
    for step in steps:
        if isinstance(step, str):
            yield step
        elif step[0] == "upload":
            yield FileUploadCommand(BytesIO(step[2]), step[1])
        elif step[0] == "look":
            seen.append(host.get_fact(Content, path=folder / step[1]))
        elif step[0] == "function":
            path = folder / step[1]
            yield FunctionCommand(lambda path=path: seen.append(path.exists()), (), {})
        else:
            yield StringCommand(step[1], **step[2])


def tree(folder: Path) -> dict[str, object]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.is_file() and path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.exists()
    }


def ended(make_run, root: Path, steps, together: bool, arguments):
    shutil.rmtree(root, ignore_errors=True)
    folder = root / "here"
    folder.mkdir(parents=True)
    seen: list = []

    @operation(is_idempotent=False, together=together)
    def of_steps():
        if host.state.is_executing:
            yield from done(steps, folder, seen)
        else:
            yield "true"

    run = make_run(connector=Placing, FAIL_PERCENT=100)
    run.state.should_raise_failed_hosts = lambda _: False
    result = called(run, of_steps, _chdir=str(folder), **arguments)
    told = re.sub(r"\.pyinfra-\w+", ".pyinfra-x", str(error(run)))
    output = (result.stdout_lines, [line.rpartition(": ")[2] for line in result.stderr_lines])
    return (
        tree(root),
        seen,
        outcome(run),
        told.rpartition(": ")[2],
        output,
        len(result._commands),
        len(run.calls),
    )


@settings(
    max_examples=settings.default.max_examples // 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(steps, min_size=2, max_size=7),
    arguments=st.sampled_from([{}, {}, {"_continue_on_error": True}, {"_retries": 1, "_retry_delay": 0}]),
)
def test_together_ends_as_apart(make_run, tmp_path: Path, steps, arguments):
    *one, calls = ended(make_run, tmp_path / "root", steps, True, arguments)
    *other, calls_apart = ended(make_run, tmp_path / "root", steps, False, arguments)
    assert one == other
    assert calls <= calls_apart
