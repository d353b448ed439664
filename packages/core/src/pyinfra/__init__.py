"""pyinfra: infrastructure as Python code, agentless, over SSH."""

import logging
from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)

from ._finder import install_finder
from .context import config, host, inventory, state
from .version import __version__

install_finder()

# Set by the command line; for users' code only.
is_cli = False

logger = logging.getLogger("pyinfra")

__all__ = ["__version__", "config", "host", "inventory", "is_cli", "logger", "state"]
