"""A batch: the commands of several facts as one POSIX sh script, and the frames in which their answers come back."""

from __future__ import annotations

import re
import secrets
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

# What a fact's command prints in place of an answer where its binary is missing and no batch can say so.
MISSING_COMMAND_MARKER = "##PYINFRA_NOCMD##"


@dataclass(slots=True)
class Answer:
    """What a host said to one fact's command.

    Attributes:
        succeeded: whether the command exited with a code that means success.
        stdout: the lines of its stdout.
        stderr: the lines of its stderr.
        missing: whether the binary that the fact requires is not there, so that nothing was run.
    """

    succeeded: bool
    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    missing: bool = False


@dataclass(slots=True)
class Question:
    """One fact's command.

    Attributes:
        command: the shell command, as the host gets it.
        requires: a binary without which it is not run.
        shell: the shell it is for.
        success: exit codes that mean success.
    """

    command: str
    requires: str | None = None
    shell: str = "sh"
    success: tuple[int, ...] = (0,)


def alone(question: Question) -> str:
    """Word a question for a connector that takes no batches, as pyinfra 3 words it."""
    if question.requires is None:
        return question.command
    return (
        f"if command -v {shlex.quote(question.requires)} >/dev/null 2>&1; "
        f"then ( {question.command} ); else echo '{MISSING_COMMAND_MARKER}'; fi"
    )


def answer_alone(succeeded: bool, stdout: list[str], stderr: list[str]) -> Answer:
    """Read what a host said to a question that went alone."""
    if stdout[:1] == [MISSING_COMMAND_MARKER]:
        return Answer(succeeded=False, missing=True)
    return Answer(succeeded, stdout, stderr)


def new_token() -> str:
    """Give what marks one batch's frames, which no output can hold by chance."""
    return f"pyinfra-{secrets.token_hex(12)}"


def script(questions: Sequence[Question], token: str) -> str:
    """Word questions as one script.

    Each runs in a subshell of its own, with nothing to read. Behind what it printed, on both streams, comes a line
    with the token and its number, and on stdout its exit code, or `missing`.

    Args:
        questions: the questions.
        token: see `new_token`.

    Returns:
        A POSIX sh script, to be read from stdin: a command may hold a secret, so none is an argument of a process.
    """
    lines = ["LC_ALL=C; export LC_ALL; unset LANGUAGE"]
    for number, question in enumerate(questions):
        run = _run(question, token)
        mark = f"{token} {number}"
        if question.requires is not None:
            tool = shlex.quote(question.requires)
            run = f"if command -v {tool} >/dev/null 2>&1; then\n{run}\nr=$?; else r=missing; fi"
        else:
            run = f"{run}\nr=$?"
        lines.append(f"{run}\nprintf '\\n%s %s\\n' '{mark}' \"$r\"; printf '\\n%s\\n' '{mark}' >&2")
    lines.append("exit 0\n")
    return "\n".join(lines)


def _run(question: Question, token: str) -> str:
    if question.shell == "sh":
        return f"(eval {shlex.quote(question.command)}) </dev/null"
    return f"({question.shell}) <<'{token}'\n{question.command}\n{token}"


def read(questions: Sequence[Question], token: str, stdout: str, stderr: str) -> list[Answer | None]:
    """Read the answers out of a batch's output.

    Args:
        questions: the questions, as they were sent.
        token: the batch's.
        stdout: all of its stdout.
        stderr: all of its stderr.

    Returns:
        An answer for each question; None where its frame is not whole on both streams.
    """
    out = _frames(stdout, rf"{token} (\d+) (\d+|missing)")
    err = _frames(stderr, rf"{token} (\d+)")
    answers: list[Answer | None] = []
    for number, question in enumerate(questions):
        if number not in out or number not in err:
            answers.append(None)
            continue
        text, groups = out[number]
        if groups[1] == "missing":
            answers.append(Answer(succeeded=False, missing=True))
        else:
            succeeded = int(groups[1]) in question.success
            answers.append(Answer(succeeded, _lines(text), _lines(err[number][0])))
    return answers


def _frames(text: str, mark: str) -> dict[int, tuple[str, tuple[str, ...]]]:
    frames: dict[int, tuple[str, tuple[str, ...]]] = {}
    start = 0
    for match in re.finditer(rf"(?:^|\n){mark}(?:\n|$)", text):
        frames[int(match[1])] = (text[start : match.start()], match.groups())
        start = match.end()
    return frames


def _lines(text: str) -> list[str]:
    if not text:
        return []
    return text.removesuffix("\n").split("\n")
