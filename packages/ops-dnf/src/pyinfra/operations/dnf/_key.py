"""Keys that signatures of packages are checked with."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import QuoteString, StringCommand, operation

from ._arguments import check_word


@operation(is_idempotent=False)
def key(src: str) -> Generator[StringCommand, None, None]:
    """Add a key to those that rpm checks packages' signatures with.

    A key that is there already is added again, which changes nothing on the host.

    Args:
        src: the path on the host, or the URL, of an armored key.

    Raises:
        OperationTypeError: `src` is no str.
        OperationValueError: it is empty, or rpm would take it for an option.

    **Example:**

    ```python
    from pyinfra.operations import dnf

    dnf.key(
        name="Trust the vendor's key",
        src="https://packages.example.com/rpm/key.asc",
        _sudo=True,
    )
    ```
    """
    check_word(src, "src", "the path or URL of a key")
    yield StringCommand("rpm --import", QuoteString(src))
