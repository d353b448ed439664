"""The version, the same for every distribution of this repository."""

__version__ = "3.11.0"
