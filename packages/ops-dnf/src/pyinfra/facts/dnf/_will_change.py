"""What dnf would do."""

from __future__ import annotations

from pyinfra.facts.rpm._will_change import WillChangeBase


class DnfWillChange(WillChangeBase):
    """Whether a dnf command would change any package. Parses `dnf --assumeno`.

    False only where dnf says that there is nothing to do: where it fails, it is not known, and True.

    **Example:**

    ```python
    host.get_fact(DnfWillChange, command="install nginx")
    ```
    """

    tool = "dnf"
