"""Operations on nginx."""

from collections.abc import Generator
from importlib import import_module

from pyinfra import host
from pyinfra.api import operation
from pyinfra.facts.server import Which
from pyinfra.operations import files

from acme_infra.facts.nginx import Sites

raise RuntimeError("documentation is read, not imported")


@operation()
def site(site: str, enabled: bool = True, *, folder: str | None = None) -> Generator[str, None, None]:
    """Have a site, or not.

    It is a file.

    Args:
        site: the name of it.
        enabled: whether it must be
            served | or not.
        folder: where sites are.

    Raises:
        OperationValueError: the name is empty.

    **Example:**

    ```python
    from pyinfra.operations import nginx

    nginx.site(name="Enable the shop", site="shop")
    ```
    """
    yield from _enable(site, enabled)


@operation(is_idempotent=False)
def reload() -> Generator[str, None, None]:
    """Reload nginx.

    **Example:**

    ```python
    nginx.reload(_sudo=True)
    ```
    """
    nginx = import_module("acme_infra.facts.nginx")
    yield "nginx -s reload" if host.get_fact(nginx.Sites) else "true"


def _enable(name: str, enabled: bool) -> Generator[str, None, None]:
    if host.get_fact(Which, command="nginx") and (name in host.get_fact(Sites)) != enabled:
        yield from files.link._inner(path=name)
