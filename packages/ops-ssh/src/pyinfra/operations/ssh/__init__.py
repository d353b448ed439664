"""Operations that use ssh from a host to others."""

from ._commands import command
from ._keyscan import keyscan
from ._transfer import download, upload

__all__ = ["command", "download", "keyscan", "upload"]
