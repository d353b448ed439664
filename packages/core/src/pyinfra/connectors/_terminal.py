"""A pseudo-terminal that a process of this machine runs on."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import termios

# What a terminal takes as the end of its input: the first of two only ends a line that has no end.
_END_OF_INPUT = b"\x04\x04"


class Terminal:
    """A pseudo-terminal: one end for a process, the other to read what it prints and to type what it reads."""

    def __init__(self) -> None:
        controller, self.process_end = pty.openpty()
        _keep_bytes(self.process_end)
        self.reader = io.FileIO(controller, "rb")
        self.writer = _Keyboard(os.dup(controller), "wb")

    def take_control(self) -> None:
        """Make it the controlling terminal of the session that this process has just begun."""
        fcntl.ioctl(self.process_end, termios.TIOCSCTTY, 0)

    def close_process_end(self) -> None:
        """Leave it to the process, so that its end is seen."""
        os.close(self.process_end)


def _keep_bytes(terminal: int) -> None:
    """Turn off the echo of what is typed, a password perhaps, and the carriage returns in what is printed."""
    attributes = termios.tcgetattr(terminal)
    attributes[1] &= ~termios.OPOST
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, attributes)


class _Keyboard(io.FileIO):
    """Ends its input when it is closed."""

    def close(self) -> None:
        if not self.closed:
            with contextlib.suppress(OSError):
                os.write(self.fileno(), _END_OF_INPUT)
        super().close()
