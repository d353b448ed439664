"""Manage what nginx serves."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation

from acme_infra.facts.nginx import Sites


@operation()
def site(name_of_site: str, root: str = "/etc/nginx") -> Generator[StringCommand, None, None]:
    """Enable a site.

    Args:
        name_of_site: the site's name.
        root: where nginx is configured.

    **Example:**

    ```python
    from pyinfra.operations import nginx

    nginx.site(name="Enable the shop", name_of_site="shop")
    ```
    """
    if name_of_site in host.get_fact(Sites, root=root):
        host.noop(f"site {name_of_site} is enabled")
        return
    yield StringCommand("mkdir", "-p", "--", QuoteString(f"{root}/sites-enabled"))
    yield StringCommand("touch", "--", QuoteString(f"{root}/sites-enabled/{name_of_site}"))
