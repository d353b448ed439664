"""Facts about crontabs."""

from ._crontab import Crontab, CrontabResult

__all__ = ["Crontab", "CrontabResult"]
