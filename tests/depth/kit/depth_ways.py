"""Ways in which hosts differ: shells, languages, and whose tools they have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = {"C": None, "tr_TR.UTF-8": None, "ja_JP.EUC-JP": ("ja_JP", "EUC-JP")}
"""Languages of hosts, with what `localedef` makes those of that the base of real hosts lacks."""


@dataclass(frozen=True)
class Way:
    """How a host is reached, and what is found there.

    Attributes:
        tools: `gnu` or `busybox`.
        shell: what commands are run by.
        language: what the host speaks.
    """

    tools: str
    shell: str = "sh"
    language: str = "C"

    def __str__(self) -> str:
        return f"{self.tools}-{self.shell}-{self.language}".replace(" ", "-")


WAYS = [
    *(Way("gnu", shell) for shell in ("dash", "bash", "busybox sh")),
    *(Way("gnu", language=language) for language in LANGUAGES if language != "C"),
    Way("busybox"),
]


@dataclass
class Reached:
    """A host, as one way has it.

    Attributes:
        host: the real host.
        config: the config of runs on it.
    """

    host: Any
    config: dict[str, Any] = field(default_factory=dict)


def reach(way: Way, make: dict[str, Callable[[], Any]]) -> Reached:
    """Have a host that is what a way says.

    Args:
        way: the way.
        make: gives the host with each kind of tools.
    """
    host = make[way.tools]()
    if way.tools == "gnu":
        speak(host, way.language)
    return Reached(host, {"SHELL": way.shell})


def speak(host: Any, language: str) -> None:
    """Have every login of a host speak a language, by what sshd sets."""
    if sources := LANGUAGES[language]:
        made = host.exec("localedef", "-i", sources[0], "-f", sources[1], language)
        # It warns of what the charset of Japan has in place of a backslash.
        assert made.returncode in (0, 1), made.stderr
    setting = f"SetEnv LANG={language} LC_ALL={language}\n"
    (host.root / "etc/ssh/sshd_config.d/language.conf").write_text(setting)
    pid = host.exec("cat", "/run/sshd.pid").stdout.strip()
    assert host.exec("kill", "-HUP", pid).returncode == 0
    host.wait_until_up()
