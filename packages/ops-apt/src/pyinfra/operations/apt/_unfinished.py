"""What an installation or removal left that failed half way."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def with_unfinished(installed: Mapping[str, Collection[str]]) -> Mapping[str, Collection[str]]:
    """Give what must be removed for a package to be gone: what is only half installed, too.

    Args:
        installed: the versions of each installed package, as `DebPackages` gives them.

    Returns:
        The same, with those of packages whose installation or removal was not finished.
    """
    return {**getattr(installed, "unfinished", {}), **installed}
