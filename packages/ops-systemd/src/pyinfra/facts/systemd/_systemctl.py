"""How `systemctl` is told whose units are meant."""

from __future__ import annotations

from pyinfra.api import QuoteString, StringCommand


def systemctl(
    user_mode: bool = False, machine: str | None = None, user_name: str | None = None
) -> StringCommand:
    """Start a `systemctl` command line.

    Args:
        user_mode: whether the user's own units are meant.
        machine: the local container they are in.
        user_name: whose units are meant; without a machine, a user of this one.

    Returns:
        `systemctl` and its options.
    """
    bits: list[str | QuoteString] = ["systemctl"]
    if user_mode:
        bits.append("--user")
    if user_name:
        bits.append(QuoteString(f"--machine={user_name}@{machine or '.host'}"))
    elif machine:
        bits.append(QuoteString(f"--machine={machine}"))
    return StringCommand(*bits)
