"""All checks together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import Checks
from ._cancelling import CancellingChecks
from ._commands import CommandChecks
from ._downloads import DownloadChecks
from ._input import InputChecks
from ._output import OutputChecks
from ._uploads import UploadChecks

if TYPE_CHECKING:
    from pyinfra.api import Host


class ConnectorSuite(
    CommandChecks, OutputChecks, InputChecks, UploadChecks, DownloadChecks, CancellingChecks
):
    """Everything that a connector must do; subclass it, and give it a connected host.

    ```python
    class TestRack(ConnectorSuite):
        cannot = {"test_a_terminal": "the rack has none"}

        @pytest.fixture
        def host(self):
            with connected_host("@rack/7") as host:
                yield host
    ```
    """

    def test_what_is_declared(self, host: Host) -> None:
        """A connector that takes batches takes input, and keeps no state; it can't declare otherwise."""
        needed = {*dir(InputChecks), "test_no_state_is_kept", "test_facts"} - {*dir(Checks)}
        if host.connector.handles_batches:
            assert not needed & self.cannot.keys(), "handles_batches says that it can"
        assert host.connector.handles_execution, (
            "handles_execution says that no host can be worked on with it"
        )
