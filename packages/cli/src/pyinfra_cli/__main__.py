"""`python -m pyinfra_cli`, and the script `pyinfra`."""

import sys

# Where an upgrade has removed core's files it has removed pyinfra_cli.main too, and core says what to do.
try:
    import pyinfra  # noqa: F401
except ImportError as error:
    sys.exit(f"pyinfra: {error}")

from pyinfra_cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
