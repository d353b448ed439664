"""The names of service directories."""

from __future__ import annotations

from pyinfra.api import OperationValueError
from pyinfra.operations.util.files import unix_path_join
from pyinfra.operations.util.service import check_service_name


def service_path(folder: str, service: str, *names: str) -> str:
    """Give a path in a service's directory.

    Args:
        folder: the directory that services are in.
        service: the service's name.
        *names: what is in the service's directory.

    Returns:
        The path.

    Raises:
        OperationValueError: the name is empty, or is no name of a directory in the folder.
    """
    check_service_name(service)
    if "/" in service or service in {".", ".."}:
        raise OperationValueError(f"service must be the name of a directory in {folder}, not {service!r}")
    return unix_path_join(folder, service, *names)
