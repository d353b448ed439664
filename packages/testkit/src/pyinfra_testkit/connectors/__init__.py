"""What a connector must do, as tests that any connector passes or fails by name.

    class TestRack(ConnectorSuite):
        @pytest.fixture
        def host(self) -> Iterator[Host]:
            with connected_host("@rack/7") as host:
                yield host

README.md tells what is checked, and how a connector says what it can't do.
"""

from __future__ import annotations

from ._cancelling import CancellingChecks
from ._commands import CommandChecks
from ._downloads import DownloadChecks
from ._host import connected_host
from ._input import InputChecks
from ._output import OutputChecks
from ._suite import ConnectorSuite
from ._uploads import UploadChecks

__all__ = [
    "CancellingChecks",
    "CommandChecks",
    "ConnectorSuite",
    "DownloadChecks",
    "InputChecks",
    "OutputChecks",
    "UploadChecks",
    "connected_host",
]
