"""What is read of classes and literals."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import griffe

from ._model import Argument


def resolved(found: Any) -> Any:
    """Give what an alias stands for; None where that is not here."""
    if found is not None and found.is_alias:
        try:
            return found.final_target
        except (griffe.AliasResolutionError, griffe.CyclicAliasError):
            return None
    return found


def mro_of(cls: Any) -> list[Any]:
    """Give the classes that a class inherits from, as far as they are here."""
    try:
        return list(cls.mro())
    except (ValueError, griffe.GriffeError):
        return []


def literal(expression: Any) -> str:
    """Give the value of a literal as text, or else the expression itself.

    Args:
        expression: what griffe has.

    Returns:
        The text; adjacent strings are joined.
    """
    text = str(expression)
    try:
        return str(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return text


def fields_of(cls: Any, annotation: str) -> Iterator[tuple[str, list[Argument]]]:
    """Give the fields of the typed dicts and dataclasses that a type speaks of.

    Args:
        cls: the class that the type stands at.
        annotation: the type.

    Yields:
        The name of each such type, and its fields.
    """
    for name in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", annotation)):
        found = resolved(cls.module.members.get(name))
        if found is None or not found.is_class:
            continue
        fields: dict[str, Argument] = {}
        for one in (*reversed(mro_of(found)), found):
            described = _attributes(one)
            for key, member in one.members.items():
                if member.is_attribute and member.annotation is not None and not key.startswith("_"):
                    fields[key] = Argument(
                        key, str(member.annotation).strip("'\""), None, described.get(key, "")
                    )
        if fields:
            yield name, list(fields.values())


def _attributes(cls: Any) -> dict[str, str]:
    sections = cls.docstring.parsed if cls.docstring is not None else ()
    # What a class is made of, it keeps by the same names.
    kinds = (griffe.DocstringSectionKind.parameters, griffe.DocstringSectionKind.attributes)
    return {
        one.name: one.description for section in sections if section.kind in kinds for one in section.value
    }
