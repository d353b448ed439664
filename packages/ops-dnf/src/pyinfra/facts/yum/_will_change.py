"""What yum would do."""

from __future__ import annotations

from pyinfra.facts.rpm._will_change import WillChangeBase


class YumWillChange(WillChangeBase):
    """Whether a yum command would change any package. Parses `yum --assumeno`.

    False only where yum says that there is nothing to do: where it fails, it is not known, and True.

    **Example:**

    ```python
    host.get_fact(YumWillChange, command="install nginx")
    ```
    """

    tool = "yum"
