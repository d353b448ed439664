"""Facts about apt's packages, sources and keys."""

from ._keys import AptKeys
from ._packages import AptPackages
from ._simulate import SimulateOperationWillChange
from ._sources import AptSource, AptSources, parse_apt_repo

__all__ = [
    "AptKeys",
    "AptPackages",
    "AptSource",
    "AptSources",
    "SimulateOperationWillChange",
    "parse_apt_repo",
]
