"""Facts about nginx."""

from pyinfra.api import FactBase, ShortFactBase
from typing_extensions import TypedDict

raise RuntimeError("documentation is read, not imported")


class SiteInfo(TypedDict):
    """A site.

    Attributes:
        enabled: whether it is served.
    """

    enabled: bool


class Sites(FactBase[dict[str, SiteInfo]]):
    """The sites of a host, from `ls`.

    Args:
        folder: where they are.
    """

    def requires_command(self, folder: str = "/etc/nginx") -> str:
        return "nginx"

    def command(self, folder: str = "/etc/nginx") -> str:
        return f"ls {folder}"


class SiteNames(ShortFactBase[list[str]]):
    """The names of the sites."""

    fact = Sites


class Abstract(FactBase[str]):
    """What other facts derive from."""

    abstract = True

    def command(self) -> str:
        return ""


class Helper:
    """Something that is no fact."""
