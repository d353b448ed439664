"""Facts about nginx."""

from pyinfra import host
from pyinfra.api import FactBase, ShortFactBase
from pyinfra.facts.server import Which
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

    **Example:**

    ```python
    host.get_fact(Sites, folder="/srv/my sites")
    ```
    """

    def requires_command(self, folder: str = "/etc/nginx") -> str:
        return "nginx"

    def command(self, folder: str = "/etc/nginx") -> str:
        if not host.get_fact(Which, command="nginx"):
            return "true"
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
