"""Documentation of pyinfra plugins, made from metadata and source; nothing is imported."""

from ._build import build
from ._errors import DocsError

__all__ = ["DocsError", "build"]
