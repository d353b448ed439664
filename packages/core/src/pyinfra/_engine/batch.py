"""A batch: the commands of several facts as one POSIX sh script, and the frames in which their answers come back."""

from __future__ import annotations

import re
import secrets
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pyinfra._engine.shared_text import Worded, share

# What a fact's command prints in place of an answer where its binary is missing and no batch can say so.
MISSING_COMMAND_MARKER = "##PYINFRA_NOCMD##"
_POSIX_SHELLS = frozenset({"sh", "dash", "bash", "ash", "busybox sh", "busybox ash"})
_MORE_SHELLS = _POSIX_SHELLS | {"ksh", "ksh93", "mksh", "oksh", "yash", "zsh"}
# `&>` is none of these: to a POSIX sh it is a `&` and a redirection.
_NO_BACKGROUND = re.compile(r"&&|[<>]&")
_COPROCESS = re.compile(r"\bcoproc\b")
# What bash prints of each command then begins with as many signs as it stands deep in evaluations.
_TRACE = re.compile(r"\bset\s+(?:[-+]\w+\s+)*-\w*x|\bxtrace\b")
_LOCALE = "LC_ALL=C; export LC_ALL; unset LANGUAGE"
# Written once, not with each question: what does not fit into TCP's first window waits for a round trip.
_ENDING = r"""_pyinfra_end() { printf '\n%s %s\n' "TOKEN $1" "$2" >&3; printf '\n%s\n' "TOKEN $1"; }"""


@dataclass(slots=True)
class Answer:
    """What a host said to one fact's command.

    Attributes:
        succeeded: whether the command exited with a code that means success.
        stdout: the lines of its stdout.
        stderr: the lines of its stderr.
        missing: whether the binary that the fact requires is not there, so that nothing was run.
        exit_code: what the command exited with, where that is known.
    """

    succeeded: bool
    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    missing: bool = False
    exit_code: int | None = None


@dataclass(slots=True)
class Question:
    """One fact's command.

    Attributes:
        command: the shell command, as the host gets it.
        requires: a binary without which it is not run.
        shell: the shell it is for.
        success: exit codes that mean success.
        side_effect_free: whether it is known to leave nothing behind, no process either.
    """

    command: str
    requires: str | None = None
    shell: str = "sh"
    success: tuple[int, ...] = (0,)
    side_effect_free: bool = False


def can_share(question: Question) -> bool:
    """Tell whether a question may be one of a batch.

    One that starts something in the background may not: what holds its output open would be waited for by all. Nor may
    one that has its commands traced, nor one for a shell that is not known to be a POSIX sh. bash goes on with the next
    line behind some errors (a variable that is read-only, a division by zero), but not in a subshell.

    Args:
        question: the question.

    Returns:
        Whether it may.
    """
    text = question.command
    background = "&" in text and "&" in _NO_BACKGROUND.sub("", text)
    family = _family(question.shell)
    return family in _POSIX_SHELLS and not (
        background
        or _COPROCESS.search(text)
        or _TRACE.search(text)
        or "\0" in text
        or (family == "bash" and "\n" in text)
    )


def _family(shell: str) -> str:
    program, *arguments = shell.split()
    return " ".join([program.rpartition("/")[2], *arguments])


def alone(question: Question, marker: str = MISSING_COMMAND_MARKER) -> str:
    """Word a question that goes alone, as pyinfra 3 words it.

    Args:
        question: the question.
        marker: what is printed where the binary that it requires is missing.

    Returns:
        A command for its shell.
    """
    if question.requires is None:
        return question.command
    # a comment or here-document at the command's end must not take the bracket with it
    end = "\n" if "#" in question.command or "\n" in question.command else " "
    return (
        f"if command -v {shlex.quote(question.requires)} >/dev/null 2>&1; "
        f"then ( {question.command}{end}); else echo '{marker}'; fi"
    )


def with_locale(question: Question, command: str) -> str:
    """Have a question that goes alone answered in the language in which batches are.

    Args:
        question: the question.
        command: what `alone` made of it.

    Returns:
        The command; unchanged for a shell that has other words for it.
    """
    return f"{_LOCALE}; {command}" if _family(question.shell) in _MORE_SHELLS else command


def answer_alone(
    question: Question,
    succeeded: bool,
    stdout: list[str],
    stderr: list[str],
    marker: str = MISSING_COMMAND_MARKER,
) -> Answer:
    """Read what a host said to a question that went alone."""
    if question.requires is not None and stdout[:1] == [marker]:
        return Answer(succeeded=False, missing=True)
    return Answer(succeeded, stdout, stderr)


def new_token() -> str:
    """Give what marks one batch's frames, which no output can hold by chance."""
    return f"pyinfra-{secrets.token_hex(12)}"


def script(
    questions: Sequence[Question], token: str, commands: Sequence[Question] = (), go_on: bool = False
) -> str:
    """Word questions as one script.

    Each runs in a subshell of its own, with nothing to read. Before the first, and behind what each printed, comes a
    line with the token and a number on both streams, and on stderr its exit code, or `missing`. On stderr another
    without an exit code follows where a process that it left behind may have written meanwhile.

    Args:
        questions: the questions, all for the same shell.
        token: see `new_token`.
        commands: commands that change something, to be run before them, numbered before them; what follows one that
            fails is not run.
        go_on: whether commands that follow one that fails are run all the same.

    Returns:
        A script for that shell, to be read from stdin: a command may hold a secret, so none is any process's argument.
    """
    lines = [
        f"printf '\\n%s\\n' '{token}'; printf '\\n%s\\n' '{token}' >&2",
        # What the shell itself has to say, such as that a subshell was killed, is part of no answer.
        "exec 3>&2 2>/dev/null",
        _ENDING.replace("TOKEN", token),
        *_changing(commands, go_on),
        _LOCALE,
    ]
    definitions, texts = share(tuple(_text(question) for question in questions))
    lines += definitions
    for number, (question, text) in enumerate(zip(questions, texts, strict=True), len(commands)):
        run = _run(question, text, number, token)
        if question.requires is not None:
            tool = shlex.quote(question.requires)
            run = f"if command -v {tool} >/dev/null 2>&1; then\n{run}\nelse _pyinfra_end {number} missing; fi"
        lines.append(run)
    lines.append("exit 0\n")
    return "\n".join(lines)


def _changing(commands: Sequence[Question], go_on: bool) -> Iterator[str]:
    if not commands:
        return
    yield "exec 5>&1"
    for number, command in enumerate(commands):
        # Its output ends before the next begins, and the exit code, on 4, is that of the command.
        run = f"(unset _pyinfra_code; eval {shlex.quote(command.command)}) </dev/null 2>&3 3>&- 4>&- 5>&-"
        yield f"_pyinfra_code=$({{ {{ {run}\necho $? >&4; }} | cat >&5; }} 4>&1)"
        yield f'_pyinfra_end {number} "${{_pyinfra_code:-255}}"'
        if not go_on:
            success = "|".join(str(int(code)) for code in command.success)
            yield f"case $_pyinfra_code in {success}) ;; *) exit 0 ;; esac"
    yield "unset _pyinfra_code; exec 5>&-"


def _text(question: Question) -> str:
    return question.command if question.requires is None else f"{{ {question.command}\n}}"


def _run(question: Question, text: Worded, number: int, token: str) -> str:
    # Read as a whole before any of it is run, as it is where it goes alone: what an alias stands for hangs on that.
    run = f"(eval {text.word}) </dev/null 2>&3 3>&-"
    if text.assembly:
        run = f"{text.assembly}\n{run}"
    if question.side_effect_free:
        return f'{run}\n_pyinfra_end {number} "$?"'
    mark = f"{token} {number}"
    run += f"\nprintf '\\n%s %s\\n' '{mark}' \"$?\" >&3"
    end = f"printf '\\n%s\\n' '{mark}'"
    # A process that it leaves behind must not write into what others print: its output ends before the next begins.
    # Right behind `&&`, the whole would be a condition, in which `set -e` does nothing.
    return f"{{ {run}\n}} | cat\n[ $? = 0 ] && {{ {end}; {end} >&3; }}"


def read(questions: Sequence[Question], token: str, stdout: str, stderr: str) -> list[Answer | None] | None:
    """Read the answers out of a batch's output.

    Args:
        questions: the questions, as they were sent.
        token: the batch's.
        stdout: all of its stdout.
        stderr: all of its stderr.

    Returns:
        An answer for each question, None where its frame is not whole on both streams; None where the script never
        began to run.
    """
    out, err = _frames(stdout, token), _frames(stderr, token)
    if out is None or err is None:
        return None
    answers: list[Answer | None] = []
    for number, question in enumerate(questions):
        if number not in out or number not in err:
            answers.append(None)
            continue
        (text, _), (errors, code) = out[number], err[number]
        if code == "missing":
            answers.append(Answer(succeeded=False, missing=True))
        else:
            exit_code = int(code)
            succeeded = exit_code in question.success
            answers.append(Answer(succeeded, _lines(text), _lines(errors), exit_code=exit_code))
    return answers


def _frames(text: str, token: str) -> dict[int, tuple[str, str]] | None:
    start = text.find(f"\n{token}\n")
    if start < 0:
        return None
    start += len(token) + 2
    frames: dict[int, tuple[str, str]] = {}
    before = -1
    for match in re.compile(rf"\n{token} (\d+)(?: (\d+|missing))?\n").finditer(text, start):
        number = int(match[1])
        # without the mark before it, nobody knows where it begins
        if number == before + 1:
            frames[number] = (text[start : match.start()], match[2] or "")
        elif number == before and number in frames:
            said, code = frames[number]
            frames[number] = (said + text[start : match.start()], code)
        start, before = match.end(), number
    return frames


def _lines(text: str) -> list[str]:
    if not text:
        return []
    return text.removesuffix("\n").split("\n")
