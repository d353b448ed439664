"""Facts about dnf's repositories and modules, and about what it would do."""

from ._modules import DnfDisabledModules, DnfEnabledModules
from ._repositories import DnfRepositories
from ._will_change import DnfWillChange

__all__ = ["DnfDisabledModules", "DnfEnabledModules", "DnfRepositories", "DnfWillChange"]
