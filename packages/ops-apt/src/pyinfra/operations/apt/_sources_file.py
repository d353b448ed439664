"""Sources of packages in the deb822 format."""

from __future__ import annotations

import re
from collections.abc import Generator
from io import StringIO
from typing import Any

from pyinfra import host
from pyinfra.api import OperationError, OperationValueError, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.apt import AptSource, AptSources
from pyinfra.facts.apt._sources import parse_deb822
from pyinfra.facts.files import File
from pyinfra.operations import files

from ._arguments import as_words, check_file_name, check_text

Words = list[str] | str
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")


@operation(together=True)
def sources_file(
    filename: str,
    types: Words = "deb",
    uris: Words | None = None,
    suites: Words | None = None,
    components: Words | None = None,
    architectures: Words | None = None,
    signed_by: str | None = None,
    present: bool = True,
) -> Generator[PyinfraCommand, None, None]:
    """Manage a file of sources of packages, in the deb822 format of `sources.list(5)`.

    The file holds these sources and no others. Where the file names none and other files all of these, they count as
    configured. The index of packages is not updated.

    Args:
        filename: the file's name in `/etc/apt/sources.list.d`, without `.sources`.
        types: `deb`, `deb-src` or both, as a list or in one str with spaces.
        uris: where the archives are.
        suites: suites, or paths that end in `/`.
        components: components, such as `main`.
        architectures: architectures, such as `amd64`; None for all of the host's.
        signed_by: the path of the keyring, or paths with spaces between, or an armored key itself.
        present: whether the file must be there.

    Raises:
        OperationTypeError: an argument is no text.
        OperationError: there is no URI or no suite.
        OperationValueError: an argument is not what it must be, or a suite lacks components, or is a path and has some:
            apt would refuse to work at all with such a file.

    **Example:**

    ```python
    from pyinfra.operations import apt

    apt.sources_file(
        name="Add the vendor's packages",
        filename="vendor",
        uris="https://packages.example.com/debian",
        suites="bookworm",
        components="main",
        signed_by="/etc/apt/keyrings/vendor.gpg",
        _sudo=True,
    )
    ```
    """
    check_file_name(filename, "filename")
    path = f"/etc/apt/sources.list.d/{filename}.sources"
    if not present:
        if host.get_fact(File, path=path):
            yield from files.file._inner(path=path, present=False)
        else:
            host.noop(f'apt sources file "{path}" does not exist')
        return
    content = _stanza(types, uris, suites, components, architectures, signed_by)
    wanted = parse_deb822(content.splitlines())
    if _is_configured(wanted, host.get_fact(AptSources), path):
        host.noop(f'apt sources file "{path}" is already configured')
        return
    yield from files.put._inner(src=StringIO(content), dest=path, mode="644")


def _stanza(
    types: Words,
    uris: Words | None,
    suites: Words | None,
    components: Words | None,
    architectures: Words | None,
    signed_by: str | None,
) -> str:
    """Write the file."""
    fields = {
        "Types": as_words(types, "types"),
        "URIs": as_words(uris, "uris"),
        "Suites": as_words(suites, "suites"),
        "Components": as_words(components, "components"),
        "Architectures": as_words(architectures, "architectures"),
    }
    if not fields["URIs"] or not fields["Suites"]:
        raise OperationError("apt.sources_file requires at least one URI and one suite")
    if not fields["Types"] or set(fields["Types"]) - {"deb", "deb-src"}:
        raise OperationValueError(f"types must be deb, deb-src or both, not {types!r}")
    for uri in fields["URIs"]:
        # Of a source without one, apt would refuse to read any.
        if not _URI.match(uri):
            raise OperationValueError(f"uris must be URIs such as https://host/debian, not {uri!r}")
    for suite in fields["Suites"]:
        if suite.endswith("/") == bool(fields["Components"]):
            raise OperationValueError(
                f"components must be given for the suite {suite!r}, and only for suites that do not end in '/', "
                f"not {components!r}"
            )
    lines = [f"{name}: {' '.join(words)}" for name, words in fields.items() if words]
    if signed_by is not None:
        check_text(signed_by, "signed_by", "the path of a keyring, or a key")
        lines.append(_signed_by(signed_by.strip()))
    return "\n".join(lines) + "\n"


def _signed_by(value: str) -> str:
    if not value.startswith("-----BEGIN"):
        return f"Signed-By: {' '.join(value.split())}"
    key = (f" {line.strip() or '.'}" for line in value.splitlines())
    return "\n".join(["Signed-By:", *key])


def _is_configured(wanted: list[AptSource], sources: list[AptSource], path: str) -> bool:
    own = [source for source in sources if getattr(source, "path", None) == path]
    there = _comparable(own or sources)
    return _comparable(wanted) == there if own else _comparable(wanted) <= there


def _comparable(sources: list[AptSource]) -> set[Any]:
    """Give sources in a form in which the order of lists and the number of times do not count."""
    return {
        (
            source["type"],
            source["url"],
            source["distribution"],
            frozenset(source["components"]),
            frozenset((name, _values(value)) for name, value in source["options"].items()),
        )
        for source in sources
    }


def _values(value: str | list[str]) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value)
