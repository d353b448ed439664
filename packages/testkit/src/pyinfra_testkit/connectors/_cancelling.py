"""Ending: connections that are taken away, and made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyinfra.api import StringCommand

from ._base import Checks, Echoed, Running, output_of

if TYPE_CHECKING:
    from pyinfra.api import Host


class CancellingChecks(Checks):
    """Connections that are taken away, and made again."""

    def test_disconnecting_ends_what_runs(self, host: Host) -> None:
        """A call that is under way ends when the host is disconnected, and is no success: so Ctrl-C ends a run."""
        command = StringCommand("echo began; sleep 120; true")
        with Echoed() as echoed:
            running = Running(
                lambda: host.connector.run_shell_command(command, print_output=True, print_input=False)
            )
            echoed.wait_for("began", 5)
            host.connector.disconnect()
            ended = running.wait(15)
        host.connector.connect()
        assert ended, "the call goes on for ever"
        assert running.error is not None or running.value[0] is False

    def test_disconnecting_twice(self, host: Host) -> None:
        """There need be no connection to disconnect."""
        host.connector.disconnect()
        host.connector.disconnect()
        host.connector.connect()

    def test_connecting_again(self, host: Host) -> None:
        """A host that was disconnected can be connected to again."""
        host.connector.disconnect()
        host.connector.connect()
        assert output_of(host, "echo there") == "there"
