"""Which Pythons a request to uv means (`uv help python`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion

_SHORT = {"cp": "cpython", "pp": "pypy", "gp": "graalpy"}
_IMPLEMENTATIONS = "cpython|pypy|graalpy|pyodide|cp|pp|gp"
_VERSION = r"\d+(?:\.\d+){0,2}(?:(?:a|b|rc)\d+)?"
# 3, 3.12, 3.12.4, 3.13t, 3.13+freethreaded, pypy@3.10, cpython-3.12, pp310
_REQUEST = re.compile(
    rf"(?:(?P<implementation>{_IMPLEMENTATIONS})[-@]?)?(?P<version>{_VERSION})?(?P<variant>t|\+[a-z+]+)?"
)
_KEY = re.compile(r"(?P<implementation>[a-z]+)-(?P<version>[^-+]+)(?P<variant>\+[^-]+)?(?:-.*)?")


def matching(request: str, pythons: Mapping[str, Collection[str]]) -> list[str]:
    """Tell which Pythons do for a request.

    Args:
        request: a version or part of one (`3.12`), versions (`>=3.11,<3.14`), an implementation with or without a
            version (`pypy`, `pypy@3.10`, `pp310`), or a key as uv lists them.
        pythons: the keys of each version, by the version.

    Returns:
        The keys of those that do, sorted; none where the request is of a form that is not known.
    """
    return sorted(
        key
        for version, keys in pythons.items()
        for key in keys
        if key == request or _fits(request, key, version)
    )


def _fits(request: str, key: str, version: str) -> bool:
    found = _KEY.fullmatch(key)
    if found is None:
        return False
    implementation, variant = found["implementation"], found["variant"]
    if request[:1] in {"<", ">", "=", "~", "!"}:
        return implementation == "cpython" and variant is None and _is_in(version, request)
    wanted = _REQUEST.fullmatch(request.lower())
    if wanted is None or not request:
        return False
    wanted_variant = "+freethreaded" if wanted["variant"] == "t" else wanted["variant"]
    name = wanted["implementation"] or "cpython"
    return (
        implementation == _SHORT.get(name, name)
        and variant == wanted_variant
        and _begins(version, _spread(wanted["version"], short=name in _SHORT))
    )


def _is_in(version: str, specifiers: str) -> bool:
    try:
        return SpecifierSet(specifiers).contains(version)
    except (InvalidSpecifier, InvalidVersion):
        return False


def _spread(version: str | None, short: bool) -> str:
    """Give a version with its dots: `310` is 3.10 behind a short name, and without one too."""
    if version and re.fullmatch(r"\d{2,}", version) and (short or version.startswith("3")):
        return f"{version[0]}.{version[1:]}"
    return version or ""


def _begins(version: str, wanted: str) -> bool:
    """Tell whether a version is one of those wanted; a pre-release is only where it is named in full."""
    is_release = re.fullmatch(r"[\d.]+", version) is not None
    return version == wanted or (is_release and (not wanted or version.startswith(f"{wanted}.")))
