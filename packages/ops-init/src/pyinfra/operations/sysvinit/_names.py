"""The names of init scripts."""

from __future__ import annotations

from pyinfra.api import OperationValueError
from pyinfra.operations.util.service import check_service_name


def check_script_name(service: str) -> None:
    """Refuse a name that no init script can have.

    Args:
        service: the service's name.

    Raises:
        OperationValueError: it is empty, or is no name of a file in `/etc/init.d`; one of two lines is none, either,
            since the links that start it are told by lines.
    """
    check_service_name(service)
    if "/" in service or "\n" in service or service in {".", ".."}:
        raise OperationValueError(f"service must be the name of a script in /etc/init.d, not {service!r}")
