"""The folder of what pipx installs, in the path."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation
from pyinfra.facts.pipx import PipxEnvironment
from pyinfra.facts.server import Path


@operation()
def ensure_path() -> Generator[StringCommand, None, None]:
    """Have the user's shells look for commands in the folder where pipx puts them.

    pipx writes that to the shells' start-up files. Where the shell that pyinfra runs does not read those, the folder
    stays out of its path, and pipx is run again on the next run, which changes no more.

    **Example:**

    ```python
    from pyinfra.operations import pipx

    pipx.ensure_path(name="Have what pipx installs in the path")
    ```
    """
    folder = host.get_fact(PipxEnvironment).get("PIPX_BIN_DIR")
    if folder and folder in (host.get_fact(Path) or "").split(":"):
        host.noop("pipx bin dir is already in the PATH")
    else:
        yield StringCommand("pipx ensurepath")
