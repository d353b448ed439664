"""`python -m pyinfra_testkit.hosts`."""

from __future__ import annotations

import sys

from pyinfra_testkit.hosts._command import main

if __name__ == "__main__":
    sys.exit(main())
