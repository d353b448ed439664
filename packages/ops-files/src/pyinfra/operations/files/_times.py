"""The times that `files.put` gives a file."""

from __future__ import annotations

import math
import re
from datetime import datetime, timezone
from typing import Any

from pyinfra import host
from pyinfra.api import OperationError, OperationTypeError, OperationValueError
from pyinfra.facts.files import File
from pyinfra.facts.server import Date
from pyinfra.operations.util.files import MetadataTimeField

from ._local import local_os

TimeSource = datetime | float | int | str | bool | None
LocalTimes = dict[MetadataTimeField, datetime]


def read_local_times(source: str | None) -> LocalTimes:
    """Give the times of a local file, which reading it would change.

    Args:
        source: its path; None for an IO.

    Returns:
        Its times; none where it is not there.
    """
    if source is None or not local_os().path.exists(source):
        return {}
    stat = local_os().stat(source)
    seconds = {MetadataTimeField.ATIME: stat.st_atime, MetadataTimeField.MTIME: stat.st_mtime}
    return {field: datetime.fromtimestamp(value, timezone.utc) for field, value in seconds.items()}


def wanted_time(
    field: MetadataTimeField, value: TimeSource, local_times: LocalTimes, is_io: bool
) -> datetime | None:
    """Give the time that a file should have.

    Args:
        field: which time.
        value: a datetime, in the host's zone where it has none; seconds since the epoch; a datetime in ISO format;
            the path of a file on the host that has the time; True for that of the local file; None or False for any.
        local_times: the times of the local file.
        is_io: whether there is an IO in its place.

    Returns:
        The time, with its zone; None for any.

    Raises:
        OperationError: the file on the host is not there.
        OperationTypeError: the value is of another type.
        OperationValueError: the local file's time is wanted, and there is none.
    """
    if value is None or value is False:
        return None
    if value is True:
        if is_io:
            raise OperationValueError(
                f"`{field.value}` can't be True when `src` is a file-like object: it has no times"
            )
        return local_times.get(field)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, timezone.utc)
    if isinstance(value, str):
        return _written_time(field, value)
    if isinstance(value, datetime):
        return _with_zone(value)
    raise OperationTypeError(
        f"`{field.value}` must be a datetime, a number, a string or a bool, not {type(value).__name__}"
    )


def time_differs(wanted: datetime | None, current: datetime | None) -> bool:
    """Tell whether a time must be set.

    Args:
        wanted: the time, with its zone; None for any.
        current: the time in UTC without a zone, in whole seconds, as the host tells it; None where it can't.

    Returns:
        Whether it must.
    """
    if wanted is None:
        return False
    if current is None:
        return True
    return math.floor(wanted.timestamp()) != math.floor(current.replace(tzinfo=timezone.utc).timestamp())


def _written_time(field: MetadataTimeField, value: str) -> datetime:
    # Python 3.10 reads no Z, and fractions of three or six digits alone.
    readable = re.sub(r"\.(\d{1,6})", lambda match: f".{match[1]:<06}", value.replace("Z", "+00:00"))
    try:
        return _with_zone(datetime.fromisoformat(readable))
    except ValueError:
        pass
    info: Any = host.get_fact(File, path=value)
    if not info or info[field.value] is None:
        raise OperationError(
            f"`{field.value}` is neither a time in ISO format nor a file on the host: {value}"
        )
    known: datetime = info[field.value]
    return known.replace(tzinfo=timezone.utc)


def _with_zone(value: datetime) -> datetime:
    if value.tzinfo is not None:
        return value
    now = host.get_fact(Date)
    return value.replace(tzinfo=now.tzinfo or timezone.utc)
