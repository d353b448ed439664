"""The index of packages."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta, timezone

from pyinfra import host
from pyinfra.api import OperationValueError, StringCommand, operation
from pyinfra.facts.files import File
from pyinfra.facts.server import Date

from ._command import UPDATE_STAMP, UpdateCommand


@operation(is_idempotent=False)
def update(cache_time: int | None = None) -> Generator[StringCommand, None, None]:
    """Fetch the index of packages anew.

    It fails where any part of the index could not be fetched.

    Args:
        cache_time: for how many seconds the last update is good enough; None to update in any case. The time of the
            last one is that of `/var/lib/apt/periodic/update-success-stamp`.

    Raises:
        OperationValueError: `cache_time` is not a number of seconds.

    **Example:**

    ```python
    from pyinfra.operations import apt

    apt.update(
        name="Update the index of packages, if it is older than an hour",
        cache_time=3600,
        _sudo=True,
    )
    ```
    """
    if cache_time is not None and (
        isinstance(cache_time, bool) or not isinstance(cache_time, int) or cache_time < 0
    ):
        raise OperationValueError(f"cache_time must be a number of seconds, not {cache_time!r}")
    if cache_time and _is_fresh(cache_time):
        host.noop("apt is already up to date")
        return
    yield UpdateCommand("apt-get update")
    if cache_time:
        yield StringCommand("touch", UPDATE_STAMP)


def _is_fresh(cache_time: int) -> bool:
    stamp, now = host.get_fact(File, path=UPDATE_STAMP), host.get_fact(Date)
    updated = stamp.get("mtime") if stamp else None
    if updated is None or now is None:
        return False
    return _in_utc(updated) > _in_utc(now) - timedelta(seconds=cache_time)


def _in_utc(time: datetime) -> datetime:
    """Give a time its zone: the times of files have none, and are UTC."""
    return time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time.astimezone(timezone.utc)
