"""Errors of the command line."""

from __future__ import annotations

from pyinfra.api.exceptions import PyinfraError


class CliError(PyinfraError):
    """What the user asked for can't be done, and nothing was begun."""

    exit_code = 2


class WrappedError(CliError):
    """An inventory, config or data file raised; says where."""
