"""Facts about git repositories."""

from ._config import GitConfig
from ._repository import (
    DescribedCommit,
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
    "DescribedCommit",
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
