"""Taking apart docstrings in Google style."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._model import Member

_EXAMPLE = re.compile(r"\*\*Examples?:?\*\*:?\s*\n\s*```(?:python)?\n(?P<code>.*?)```", re.DOTALL)
_RST_CODE = re.compile(r"^\.\. code(?:-block)?:: python\n\n(?P<code>(?:^(?: {4,}.*)?\n?)+)", re.MULTILINE)
_FENCE = re.compile(r"^```.*\n?", re.MULTILINE)
_ROLE = re.compile(r":[a-z]+:`~?([^`]+)`")


def describe(member: Member, docstring: Any, *others: Any) -> None:
    """Fill in what a docstring says of a member.

    Args:
        member: the member.
        docstring: its docstring, as griffe has it; None for none.
        others: further docstrings, which may describe its arguments.
    """
    texts: list[str] = []
    for section in docstring.parsed if docstring is not None else ():
        _take(member, section, texts)
    for other in others:
        for section in other.parsed if other is not None else ():
            _take(member, section, [])
    text = _ROLE.sub(r"`\1`", _RST_CODE.sub(_fenced, "\n\n".join(texts)))
    found = _EXAMPLE.search(text)
    if found:
        member.example = found["code"]
        text = text[: found.start()] + text[found.end() :]
    summary, _, rest = text.strip().partition("\n\n")
    member.summary, member.text = " ".join(summary.split()), rest.strip()


def _take(member: Member, section: Any, texts: list[str]) -> None:
    kind, value = section.kind.value, section.value
    if kind == "text":
        texts.append(value)
    elif kind in ("parameters", "other parameters"):
        described = {argument.name: argument for argument in member.arguments}
        for one in value:
            if one.name in described and not described[one.name].text:
                described[one.name].text = one.description
    elif kind == "raises":
        member.raises += [(str(one.annotation), one.description) for one in value]
    elif kind == "returns":
        texts.append("Returns: " + " ".join(one.description for one in value))
    elif kind == "examples" and not member.example:
        member.example = "\n".join(str(text) for _, text in value)
    elif kind == "admonition" and value.kind in ("example", "examples") and not member.example:
        member.example = _FENCE.sub("", value.contents).strip() + "\n"


def _fenced(match: re.Match[str]) -> str:
    return f"```python\n{textwrap.dedent(match['code']).strip()}\n```\n"
