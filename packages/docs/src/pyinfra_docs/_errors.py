"""What goes wrong."""

from __future__ import annotations


class DocsError(Exception):
    """Something that the documentation is made from is wrong; says where, and what to do."""
