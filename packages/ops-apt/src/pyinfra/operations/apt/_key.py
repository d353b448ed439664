"""The keys that apt trusts."""

from __future__ import annotations

import posixpath
from collections.abc import Generator
from urllib.parse import urlparse

from pyinfra.api import OperationError, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.facts.apt._keys import KEY_DIRECTORIES
from pyinfra.operations import gpg

from ._arguments import check_text

_KEYRINGS = "/etc/apt/keyrings"


@operation(together=True)
def key(
    src: str | None = None,
    keyserver: str | None = None,
    keyid: str | list[str] | None = None,
    dest: str | None = None,
    present: bool = True,
) -> Generator[PyinfraCommand, None, None]:
    """Manage the keyrings of the sources that apt gets packages from.

    A keyring that is there is left as it is, unless `keyid` names a key that it lacks. Name the keyring as `signed-by`
    in the source that it is for.

    Args:
        src: where the keys come from: a path on the host, or a URL that the host fetches.
        keyserver: the key server to fetch `keyid` from, in place of `src`.
        keyid: the ID or the fingerprint of a key, or a list of them. With `present=False`: what to remove from
            the keyring, or where none is named, from all of apt's.
        dest: the keyring's path on the host, or its name in `/etc/apt/keyrings`; None for a name made of `src`
            (`vendor.gpg` for `vendor.asc`, `example.com-vendor.gpg` for `https://example.com/vendor.asc`) or `keyid`
            (`keyserver-0123abcd.gpg`).
        present: whether the keyring, or the keys, must be there.

    Raises:
        OperationTypeError: a path, or the name of a key server, is no str.
        OperationError: the arguments leave open what to do.

    **Example:**

    ```python
    from pyinfra.operations import apt

    apt.key(
        name="Trust the vendor's key",
        src="https://packages.example.com/vendor.asc",
        dest="vendor.gpg",
        _sudo=True,
    )
    ```
    """
    for what, value, kind in (
        ("src", src, "the path or URL of a keyring"),
        ("keyserver", keyserver, "the name or the URL of a key server"),
        ("dest", dest, "the path or name of a keyring"),
    ):
        if value is not None:
            check_text(value, what, kind)
    path = _keyring_path(src, keyserver, keyid, dest)
    if not present:
        if path is None and not keyid:
            raise OperationError("For removal, one of `src`, `keyid` and `dest` must be provided")
        directories = None if path else list(KEY_DIRECTORIES)
        yield from gpg.key._inner(dest=path, keyid=keyid, present=False, working_dirs=directories)
        return
    yield from gpg.key._inner(src=src, keyserver=keyserver, keyid=keyid, dest=path)


def _keyring_path(
    src: str | None, keyserver: str | None, keyid: str | list[str] | None, dest: str | None
) -> str | None:
    name = dest or _keyring_name(src, keyserver, keyid)
    return posixpath.join(_KEYRINGS, name) if name else None


def _keyring_name(src: str | None, keyserver: str | None, keyid: str | list[str] | None) -> str | None:
    if keyserver is not None and keyid:
        ids = [keyid] if isinstance(keyid, str) else keyid
        return "-".join(["keyserver", *("".join(one.split()) for one in ids)]).lower() + ".gpg"
    if src is None:
        return None
    url = urlparse(src)
    if url.scheme in {"http", "https", "ftp"}:
        stem = posixpath.splitext(posixpath.basename(url.path))[0] or "key"
        return f"{url.hostname or 'url'}-{stem}.gpg"
    return posixpath.splitext(posixpath.basename(src))[0] + ".gpg"
