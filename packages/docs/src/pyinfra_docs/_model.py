"""What is known of a plugin's members once their source is read."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Argument:
    """An argument of an operation, of a fact, or a key of a connector's data."""

    name: str
    type: str
    default: str | None
    text: str
    keyword_only: bool = False


@dataclass
class Member:
    """An operation, a fact, a connector or the implementation of a hook.

    Attributes:
        name: its public name, such as `apt.packages`.
        kind: `operation`, `fact`, `connector` or `hook`.
        summary: the first sentence of its docstring.
        text: the rest of it, without the sections that are kept apart.
        arguments: its arguments.
        returns: what a fact's value is.
        raises: the errors, as (name, when).
        example: the code of its example; empty for none.
        idempotent: whether an operation changes nothing the second time.
        notice: what restricts that.
        facts: the public names of the facts that an operation asks, or that a fact is a view of.
        asked: the public names of the facts that a fact asks before it.
        requires: the tool that a fact needs.
        file: the file it is in, from the project's folder.
        line: the line.
        fields: what the value of a fact holds, by the name of its type.
        origin: its module and its name there.
    """

    name: str
    kind: str
    summary: str
    text: str = ""
    arguments: list[Argument] = field(default_factory=list)
    returns: str = ""
    raises: list[tuple[str, str]] = field(default_factory=list)
    example: str = ""
    idempotent: bool = True
    notice: str = ""
    facts: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    requires: str = ""
    file: str = ""
    line: int = 0
    fields: list[tuple[str, list[Argument]]] = field(default_factory=list)
    origin: tuple[str, str] = ("", "")

    @property
    def short_name(self) -> str:
        """The name within its module."""
        return self.name.rpartition(".")[2]
