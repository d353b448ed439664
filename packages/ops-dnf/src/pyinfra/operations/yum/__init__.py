"""Manage packages, repositories and keys with yum."""

from ._key import key
from ._packages import packages
from ._repo import repo
from ._rpm import rpm
from ._update import update

__all__ = ["key", "packages", "repo", "rpm", "update"]
