"""Manage packages, repositories, keys and module streams with dnf."""

from ._key import key
from ._module import module
from ._packages import packages
from ._repo import repo
from ._rpm import rpm
from ._update import update

__all__ = ["key", "module", "packages", "repo", "rpm", "update"]
