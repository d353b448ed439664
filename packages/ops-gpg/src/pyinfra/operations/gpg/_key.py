"""Keyrings and the keys in them."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import OperationError, OperationValueError, operation
from pyinfra.api.command import PyinfraCommand

from ._arguments import check_mode, check_text
from ._install import install
from ._remove import remove


@operation()
def key(
    src: str | None = None,
    dest: str | None = None,
    keyserver: str | None = None,
    keyid: str | list[str] | None = None,
    dearmor: bool = True,
    mode: str = "0644",
    present: bool = True,
    working_dirs: list[str] | None = None,
) -> Generator[PyinfraCommand, None, None]:
    """Manage a keyring and the public keys in it, with GnuPG.

    A keyring that is there, and has the keys that `keyid` names, is left as it is: without `keyid` nothing looks
    into it.

    Args:
        src: where the keys come from: a path on the host, or a URL that the host fetches with curl or wget.
        dest: the path of the keyring on the host.
        keyserver: the key server to fetch `keyid` from, in place of `src`.
        keyid: the ID or the fingerprint of a key, or a list of them. With `keyserver`: what to fetch; with
            `src`: what the keyring must have; with `present=False`: what to remove.
        dearmor: whether to make a binary keyring of keys that are in ASCII armor.
        mode: the keyring's mode, in octal digits.
        present: whether the keyring, or the keys, must be there.
        working_dirs: folders of the host from whose keyrings to remove `keyid`, where there is no `dest`.

    Raises:
        OperationError: the arguments leave open what to do; there is something at `dest` that is no file, or the keys
            lack one of `keyid`; or a key is to go from an armored keyring that has others.
        OperationTypeError: a path, or the name of a key server, is no str.
        OperationValueError: `keyid` is no ID, or too short a one to remove a key by; `src` is empty, or `dest` itself;
            `mode` is no mode.

    **Example:**

    ```python
    from pyinfra.operations import gpg

    gpg.key(
        name="Install the key of the vendor's packages",
        src="https://packages.example.com/key.asc",
        dest="/etc/apt/keyrings/vendor.gpg",
        _sudo=True,
    )
    ```
    """
    check_text("src", src)
    check_text("dest", dest)
    check_text("keyserver", keyserver)
    check_mode(mode)
    if not present:
        yield from remove(dest, keyid, working_dirs)
        return
    if src is None and keyserver is None:
        raise OperationError("Either `src` or `keyserver` must be provided for installation")
    if keyserver is not None and not keyid:
        raise OperationError("`keyid` must be provided with `keyserver`")
    if src is not None and keyserver is not None:
        raise OperationError(
            f"`src` and `keyserver` can't both be where keys come from: {src!r}, {keyserver!r}"
        )
    if src is not None and not src:
        raise OperationValueError("src must be a path or a URL, not ''")
    if not dest:
        raise OperationError("`dest` must be provided for installation")
    yield from install(src, dest, keyserver, keyid, dearmor, mode)
