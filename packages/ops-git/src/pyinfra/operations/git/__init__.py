"""Operations on git repositories."""

from ._bare_repo import bare_repo
from ._config import config
from ._repo import repo
from ._worktree import worktree

__all__ = ["bare_repo", "config", "repo", "worktree"]
