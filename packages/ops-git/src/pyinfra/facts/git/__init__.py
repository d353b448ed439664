"""Facts about git repositories."""

from ._config import GitConfig
from ._repository import (
    GitBranch,
    GitCheckedOutBranch,
    GitLocalCommit,
    GitRemoteBranchCommit,
    GitSubmodules,
    GitTag,
    GitTrackingBranch,
)

__all__ = [
    "GitBranch",
    "GitCheckedOutBranch",
    "GitConfig",
    "GitLocalCommit",
    "GitRemoteBranchCommit",
    "GitSubmodules",
    "GitTag",
    "GitTrackingBranch",
]
