"""Facts about git repositories."""

from ._config import GitConfig
from ._repository import (
    GitBranch,
    GitCheckedOutBranch,
    GitHasCommit,
    GitLocalCommit,
    GitRemoteBranchCommit,
    GitSubmodules,
    GitTag,
    GitTrackingBranch,
    RemoteCommit,
)

__all__ = [
    "GitBranch",
    "GitCheckedOutBranch",
    "GitConfig",
    "GitHasCommit",
    "GitLocalCommit",
    "GitRemoteBranchCommit",
    "GitSubmodules",
    "GitTag",
    "GitTrackingBranch",
    "RemoteCommit",
]
