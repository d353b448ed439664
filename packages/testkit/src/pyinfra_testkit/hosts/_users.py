"""The users of every real host, and how they log in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """A user of a real host.

    Attributes:
        name: The login name.
        password: What `su`, `sudo` and ssh password login ask for.
        home: The home directory on the host.
        sudo: `"free"` where sudo asks nothing, `"asks"` where it wants the password, None for root.
        password_login: Whether sshd accepts the password; keys are accepted for every user.
    """

    name: str
    password: str
    home: str
    sudo: str | None
    password_login: bool


USERS = {
    user.name: user
    for user in (
        User("root", "testkit-root", "/root", None, password_login=False),
        User("deploy", "testkit-deploy", "/home/deploy", "free", password_login=True),
        User("ask", "testkit-ask", "/home/ask", "asks", password_login=True),
    )
}
"""The users by name: `root`, `deploy` (sudo and doas ask nothing), `ask` (they ask for the password)."""

PASSWORDS = {user.name: user.password for user in USERS.values()}
"""The users' passwords by name."""
