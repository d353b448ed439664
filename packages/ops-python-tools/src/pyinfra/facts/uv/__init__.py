"""Facts about uv: the packages, tools and Pythons that it installed, and where it keeps them."""

from ._packages import UvPipPackages, UvTools
from ._places import UvPythonDir, UvToolBinDir, UvToolDir, UvVersion
from ._pythons import (
    UvAvailablePythonsByImplementation,
    UvAvailablePythonsByVersion,
    UvInstalledPythonsByImplementation,
    UvInstalledPythonsByVersion,
)

__all__ = [
    "UvAvailablePythonsByImplementation",
    "UvAvailablePythonsByVersion",
    "UvInstalledPythonsByImplementation",
    "UvInstalledPythonsByVersion",
    "UvPipPackages",
    "UvPythonDir",
    "UvToolBinDir",
    "UvToolDir",
    "UvTools",
    "UvVersion",
]
