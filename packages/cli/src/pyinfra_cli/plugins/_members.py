"""What a plugin's module offers: its operations and facts, and how they are called."""

from __future__ import annotations

import inspect
from typing import Any

from pyinfra.api.facts import FactBase, ShortFactBase
from pyinfra.connectors.base import BaseConnector


def operations_of(module: Any) -> dict[str, Any]:
    """Give a module's operations by name."""
    found = {name: getattr(module, name, None) for name in public_names(module)}
    return {name: value for name, value in found.items() if hasattr(value, "_inner")}


def facts_of(module: Any) -> dict[str, type[Any]]:
    """Give a module's facts by name."""
    found = {name: getattr(module, name, None) for name in public_names(module)}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, type)
        and issubclass(value, FactBase | ShortFactBase)
        and not getattr(value, "abstract", False)
    }


def members(kind: str, module: Any) -> dict[str, Any]:
    """Give a module's operations or facts by name.

    Args:
        kind: `operations` or `facts`.
        module: the module.

    Returns:
        The members.
    """
    return operations_of(module) if kind == "operations" else facts_of(module)


def public_names(module: Any) -> list[str]:
    """Give the names that a module offers: its `__all__`, else what is defined in it and has no underscore."""
    declared = getattr(module, "__all__", None)
    if declared is not None:
        return sorted(declared)
    inside = getattr(module, "__name__", "")
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and str(getattr(value, "__module__", "")).startswith(inside)
    )


def signature_of(member: Any) -> inspect.Signature:
    """Give how an operation, or a fact's command, is called."""
    function = getattr(member, "_inner", None)
    if function is None:
        base = member.fact if issubclass(member, ShortFactBase) else member
        function = base.command if callable(base.command) else (lambda: None)
    signature = inspect.signature(function)
    parameters = [
        one.replace(annotation=_Written(one.annotation)) if isinstance(one.annotation, str) else one
        for one in signature.parameters.values()
        if one.name != "self"
    ]
    return signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)


class _Written(str):
    """An annotation that is shown as it was written, and not in quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def call_of(name: str, member: Any) -> str:
    """Write how a member is called, such as `packages(packages: list[str] | None = None)`."""
    return f"{name}{signature_of(member)}"


def summary_of(member: Any) -> str:
    """Give the first line of a member's docstring; empty for a fact that has none but that of its base in core."""
    text = inspect.getdoc(getattr(member, "_inner", member)) or ""
    inherited = {inspect.getdoc(base) for base in (FactBase, ShortFactBase, BaseConnector)}
    return "" if text in inherited else text.partition("\n")[0]
