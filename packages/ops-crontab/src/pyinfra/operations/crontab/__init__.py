"""Operations on crontabs."""

from ._crontab import crontab

__all__ = ["crontab"]
