"""The versions of an installed package."""

from __future__ import annotations

from collections.abc import Iterable


class DebVersions(set[str]):
    """The versions of an installed package: one, or one for each architecture that it is installed for.

    A set of str, as in pyinfra 3, that can be asked like a mapping too: `packages["nginx"]["version"]`.

    Args:
        versions: the versions.
    """

    def __init__(self, versions: Iterable[str] = ()) -> None:
        super().__init__(versions)
        self.architectures: dict[str, str] = {}

    @property
    def version(self) -> str:
        """The version; of several, the last one of them as text."""
        return max(self, default="")

    def add_for(self, architecture: str, version: str) -> None:
        """Add a version.

        Args:
            architecture: the architecture it is installed for, such as `amd64` or `all`.
            version: the version.
        """
        self.add(version)
        self.architectures[architecture] = version

    def __getitem__(self, key: str) -> str | list[str]:
        """Give `version` (a str) or `versions` (all of them, sorted)."""
        if key == "version":
            return self.version
        if key == "versions":
            return sorted(self)
        raise KeyError(key)


class InstalledPackages(dict[str, DebVersions]):
    """The versions of each installed package, by its name.

    Attributes:
        left_over: the names of packages that were removed and left their configuration files.
        unfinished: the versions, by name, of packages whose installation or removal failed half way.
    """

    def __init__(self) -> None:
        super().__init__()
        self.left_over: set[str] = set()
        self.unfinished: dict[str, DebVersions] = {}
