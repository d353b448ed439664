"""Facts about yum's repositories, and about what it would do."""

from ._repositories import YumRepositories
from ._will_change import YumWillChange

__all__ = ["YumRepositories", "YumWillChange"]
