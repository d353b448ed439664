"""`pyinfra plugins`: what is installed, what it offers, and whether it is sound."""

from ._check import check
from ._command import plugins
from ._members import members, signature_of
from ._show import show

__all__ = ["check", "members", "plugins", "show", "signature_of"]
