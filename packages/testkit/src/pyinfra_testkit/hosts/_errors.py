"""What can go wrong with real hosts."""

from __future__ import annotations


class HostsError(Exception):
    """A real host could not be made, reached or changed.

    HostsError
    └── HostsUnavailableError    this machine can't have real hosts at all
    """

    __module__ = "pyinfra_testkit.hosts"


class HostsUnavailableError(HostsError):
    """This machine can't make real hosts; the message says what is missing."""

    __module__ = "pyinfra_testkit.hosts"
