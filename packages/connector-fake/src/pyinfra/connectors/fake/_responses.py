"""What a fake host answers to commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyinfra.api.exceptions import ConnectorDataTypeError

KEYS = frozenset({"stdout", "stderr", "success", "exit_code"})


@dataclass(frozen=True)
class Response:
    """An answer.

    Attributes:
        stdout: what the command printed on stdout.
        stderr: what it printed on stderr.
        exit_code: what it exited with.
    """

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0


class Responses:
    """The answers of one host, by what commands they are for.

    Args:
        given: the host's `fake_responses`.

    Raises:
        ConnectorDataTypeError: a matcher or an answer has a shape that it can't have.
    """

    def __init__(self, given: Mapping[Any, Any]) -> None:
        self._known = [(_matcher(key), _response(key, value)) for key, value in given.items()]

    def find(self, command: str) -> Response:
        """Give the answer to a command.

        Args:
            command: the command, as it may be shown.

        Returns:
            The first answer whose matcher is found in the command; success without output where there is none.
        """
        found = (response for matcher, response in self._known if matcher.search(command))
        return next(found, Response())


def _matcher(key: object) -> re.Pattern[str]:
    if isinstance(key, re.Pattern) and isinstance(key.pattern, str):
        return key
    if isinstance(key, str):
        return re.compile(re.escape(key))
    raise ConnectorDataTypeError(
        f"the keys of fake_responses must be str or compiled patterns of str, not {key!r}"
    )


def _response(key: object, value: object) -> Response:
    where = f"fake_responses[{key!r}]"
    if not isinstance(value, Mapping):
        return Response(stdout=_text(where, value))
    if unknown := [name for name in value if name not in KEYS]:
        raise ConnectorDataTypeError(
            f"{where} may have {', '.join(sorted(KEYS))}, not {', '.join(map(repr, unknown))}"
        )
    return Response(
        stdout=_text(f"{where}['stdout']", value.get("stdout")),
        stderr=_text(f"{where}['stderr']", value.get("stderr")),
        exit_code=_exit_code(where, value),
    )


def _text(where: str, value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list | tuple) and all(isinstance(line, str) for line in value):
        return "".join(f"{line}\n" for line in value)
    raise ConnectorDataTypeError(f"{where} must be a str or a list of str, not {value!r}")


def _exit_code(where: str, value: Mapping[str, Any]) -> int:
    exit_code = value.get("exit_code")
    success = value.get("success")
    if exit_code is None:
        return 1 if success is not None and not success else 0
    if not isinstance(exit_code, int) or success is not None:
        raise ConnectorDataTypeError(f"{where} must have a whole number as exit_code, or success, not both")
    return exit_code
