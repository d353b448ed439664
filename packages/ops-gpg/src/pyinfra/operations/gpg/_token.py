"""What makes a name on a host one that nobody there can have guessed and filled."""

from __future__ import annotations

import secrets

# One a process, so that prepare and execute ask for the same facts.
TOKEN = secrets.token_hex(16)
