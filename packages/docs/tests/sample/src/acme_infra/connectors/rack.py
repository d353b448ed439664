"""A way to racks."""

from typing import ClassVar

from pyinfra.connectors.base import BaseConnector, DataMeta

raise RuntimeError("documentation is read, not imported")


class RackConnector(BaseConnector):
    """Reaches what is in a rack.

    ```
    pyinfra @rack/7 exec -- uptime
    ```
    """

    data_meta: ClassVar[dict[str, DataMeta]] = {
        "rack_user": DataMeta("Who to be there.", "root"),
        "rack_timeout": DataMeta(default=10, description="Seconds to wait."),
    }
