"""Operations on the host's settings: time zone, locales, limits."""

from __future__ import annotations

import re
from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import (
    OperationError,
    OperationTypeError,
    OperationValueError,
    QuoteString,
    StringCommand,
    operation,
)
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.files import Directory, File, FileContents, FindInFile
from pyinfra.facts.server import Locales, Timezone, Which
from pyinfra.operations import files
from pyinfra.operations.util.cleaning import undone
from typing_extensions import override

LOCALE_FILE = "/etc/locale.gen"
LIMITS_FILE = "/etc/security/limits.conf"
LIMIT_TYPES = ("hard", "soft", "-")
ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")
ZONES = "/usr/share/zoneinfo"
LOCALTIME = "/etc/localtime"
ZONE_FILE = "/etc/timezone"
LOCALE = re.compile(r"[A-Za-z0-9_.@-]+")
LIMIT = re.compile(r"-?\d+|unlimited|infinity")


@operation(together=True)
def timezone(timezone: str) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Set the host's time zone.

    Where there is no `timedatectl`, that is the link `/etc/localtime` and the name in `/etc/timezone`: both, or, where
    one can't be written, neither.

    Args:
        timezone: the zone's name, such as `Europe/Vienna`.

    Raises:
        OperationValueError: the name can't be a zone's.
        OperationError: the host knows no such zone.

    Example:
        ```
        from pyinfra.operations import server

        server.timezone(
            name="Use the time of Vienna",
            timezone="Europe/Vienna",
        )
        ```
    """
    if not isinstance(timezone, str) or not ZONE.fullmatch(timezone) or timezone.startswith("-"):
        raise OperationValueError(
            f"timezone must be the name of a zone, such as Europe/Vienna, not {timezone!r}"
        )
    if host.get_fact(Timezone) == timezone:
        host.noop(f"timezone is already set to {timezone}")
        return
    if host.get_fact(Which, command="timedatectl"):
        yield StringCommand("timedatectl", "set-timezone", QuoteString(timezone))
        return
    path = f"{ZONES}/{timezone}"
    # In prepare, an earlier operation may be about to install it.
    if state.is_executing and (host.get_fact(File, path=path) is None or host.get_fact(Directory, path=path)):
        raise OperationError(f"timezone must be a zone of {ZONES}, and {host.name} has no {timezone!r} there")
    link = StringCommand("ln", "-sf", QuoteString(path), LOCALTIME)
    name = StringCommand("echo", QuoteString(timezone), ">", ZONE_FILE)
    if not state.is_executing:
        yield from (link, name)
        return
    # The link is what tells the zone: it comes last, so that a run that could not write the name is made good.
    old = host.get_fact(FileContents, path=ZONE_FILE)
    back = StringCommand("rm -f", ZONE_FILE)
    if old is not None:
        back = StringCommand("printf '%s\\n'", *map(QuoteString, old), ">", ZONE_FILE)
    yield from undone([name, link], [back])


@operation(together=True)
def locale(locale: str, present: bool = True) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Have a locale generated, or not, on Debian and its kin (`/etc/locale.gen`, `locale-gen`).

    Args:
        locale: the locale's name, such as `de_AT.UTF-8`.
        present: whether it should be there.

    Raises:
        OperationError: `/etc/locale.gen` does not know the locale, or the host has no `locale-gen`.
        OperationValueError: the name can't be a locale's.

    Example:
        ```
        from pyinfra.operations import server

        server.locale(
            name="Have the locale of Austria",
            locale="de_AT.UTF-8",
        )
        ```
    """
    if not isinstance(locale, str) or not LOCALE.fullmatch(locale):
        raise OperationValueError(f"locale must be the name of a locale, such as de_AT.UTF-8, not {locale!r}")
    if (locale in host.get_fact(Locales)) == present:
        host.noop(f"locale {locale} {'exists' if present else 'does not exist'}")
        return
    lines = host.get_fact(FindInFile, path=LOCALE_FILE, pattern=rf"^.*{locale}[[:space:]]\+.*$")
    own = [line for line in lines or [] if line.lstrip("# \t").split()[:1] == [locale]]
    if not own:
        raise OperationError(f"Locale {locale} not found in {LOCALE_FILE}")
    if state.is_executing and not host.get_fact(Which, command="locale-gen"):
        raise OperationError(f"{host.name} has no locale-gen to make the locale {locale!r} with")
    line = own[0]
    active = line.lstrip("# \t")
    wanted = active if present else f"# {active}"
    if line != wanted:
        yield from files.line._inner(path=LOCALE_FILE, line=f"^{line}$", replace=wanted)
    yield _Generate(locale, present)


class _Generate(StringCommand):
    """A `locale-gen`, of which it is verified that it did what was asked: Debian's goes on after any error.

    Args:
        locale: the locale.
        present: whether it should be there.
    """

    def __init__(self, locale: str, present: bool) -> None:
        super().__init__("locale-gen")
        self._locale = locale
        self._present = present

    @override
    def as_run(self) -> StringCommand:
        # Spelled as the fact Locales spells them.
        listed = r"locale -a | sed 's/\.[Uu][Tt][Ff]-\{0,1\}8/.UTF-8/' | grep -Fqx --"
        told = f"locale-gen could not {'make' if self._present else 'remove'} {self._locale}"
        verify = StringCommand("" if self._present else "!", listed, QuoteString(self._locale))
        return StringCommand(*self.bits, "&& {", verify, "|| { echo", QuoteString(told), ">&2; false; }; }")


@operation(together=True)
def security_limit(
    domain: str, limit_type: str, item: str, value: int | str
) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Set a limit in `/etc/security/limits.conf`, for sessions that begin afterwards.

    Args:
        domain: whom it is for: a user, `@group`, `*`, or what else limits.conf(5) knows.
        limit_type: `soft`, `hard`, or `-` for both.
        item: what is limited, such as `nofile`.
        value: the limit: a number, `unlimited` or `infinity`; for the item `chroot`, a path.

    Raises:
        OperationTypeError: `domain` or `item` is no text.
        OperationValueError: `limit_type` is something else, a value holds spaces, or `value` is no limit: a line that
            says so would be passed over.

    Example:
        ```
        from pyinfra.operations import server

        server.security_limit(
            name="Let the web server open many files",
            domain="www-data",
            limit_type="soft",
            item="nofile",
            value=65536,
        )
        ```
    """
    if limit_type not in LIMIT_TYPES:
        raise OperationValueError(f"limit_type must be one of {', '.join(LIMIT_TYPES)}, not {limit_type!r}")
    for name, word in (("domain", domain), ("item", item), ("value", value)):
        if name != "value" and not isinstance(word, str):
            raise OperationTypeError(f"{name} must be text, not {word!r}")
        if not re.fullmatch(r"[^\s#\\]+", str(word)):
            raise OperationValueError(f"{name} must be without spaces, '#' and '\\', not {word!r}")
    if item != "chroot" and not LIMIT.fullmatch(str(value)):
        raise OperationValueError(f"value must be a number, unlimited or infinity, not {value!r}")
    line = "\t".join((domain, limit_type, item, str(value)))
    pattern = f"^{domain}[[:space:]]+{limit_type}[[:space:]]+{item}"
    found = host.get_fact(FindInFile, path=LIMITS_FILE, pattern=f"{pattern}.*$", interpolate_variables=False)
    commands = list(files.line._inner(path=LIMITS_FILE, line=pattern, replace=line))
    yield from commands if commands or found else _bring_to_its_end(line)


def _bring_to_its_end(line: str) -> Generator[PyinfraCommand | StringCommand, None, None]:
    """Have a line that is there be the one that counts, which is the last one for the same domain, type and item."""
    words = (re.sub(r"([\[\]*^$.\\])", r"\\\1", word) for word in line.split("\t")[:3])
    pattern = "^[[:space:]]*" + "[[:space:]][[:space:]]*".join([*words, ""])
    same = host.get_fact(FindInFile, path=LIMITS_FILE, pattern=f"{pattern}.*$", interpolate_variables=False)
    if same and same[-1] != line:
        yield from files.line._inner(path=LIMITS_FILE, line=pattern, replace=line)
