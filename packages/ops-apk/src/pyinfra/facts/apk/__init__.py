"""Facts about apk's packages, and about what it would do."""

from ._packages import ApkPackages, ApkWorld
from ._will_change import ApkWillChange

__all__ = ["ApkPackages", "ApkWillChange", "ApkWorld"]
