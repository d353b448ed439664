"""Operations on npm's packages."""

from ._packages import packages

__all__ = ["packages"]
