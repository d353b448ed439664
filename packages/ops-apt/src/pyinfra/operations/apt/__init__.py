"""Manage apt's packages, its sources of them and the keys that it trusts."""

from ._deb import deb
from ._key import key
from ._packages import packages
from ._repo import ppa, repo
from ._sources_file import sources_file
from ._update import update
from ._upgrade import dist_upgrade, upgrade

__all__ = ["deb", "dist_upgrade", "key", "packages", "ppa", "repo", "sources_file", "update", "upgrade"]
