"""Manage Python packages with pip, and the virtual environments that hold them."""

from ._packages import packages
from ._virtualenv import venv, virtualenv

__all__ = ["packages", "venv", "virtualenv"]
