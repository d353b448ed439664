"""The operation that waits for a port."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra.api import OperationValueError, StringCommand, operation

HIGHEST_PORT = 65535

# The kernel's tables give local port and state in hexadecimal, 0A being LISTEN (proc_pid_net(5)); netstat of
# the BSDs and macOS writes `address.port`.
WAIT = """\
if [ -r /proc/net/tcp ]; then
    sockets() {{ cat /proc/net/tcp /proc/net/tcp6 2> /dev/null; }}
elif command -v netstat > /dev/null; then
    sockets() {{ netstat -an; }}
else
    echo "can't tell which ports are listened on: there is neither /proc/net/tcp nor netstat" >&2
    exit 1
fi
while ! sockets | grep -Eq '^ *[0-9]+: [0-9A-F]+:{port:04X} [0-9A-F:]+ 0A |^tcp.*[.:]{port} .*LISTEN'; do
    echo "waiting for port {port}..."
    sleep 1
done"""


@operation(is_idempotent=False)
def wait(port: int) -> Generator[StringCommand, None, None]:
    """Wait until something on the host listens on a TCP port, on whatever address.

    It waits as long as that takes; `_timeout` sets a limit.

    Args:
        port: the port's number.

    Raises:
        OperationValueError: `port` is no number of a port.

    Example:
        ```
        from pyinfra.operations import server

        server.wait(
            name="Wait for the web server to start",
            port=80,
            _timeout=60,
        )
        ```
    """
    if not str(port).isdecimal() or not 0 < int(port) <= HIGHEST_PORT:
        raise OperationValueError(f"port must be a number from 1 to {HIGHEST_PORT}, not {port!r}")
    yield StringCommand(WAIT.format(port=int(port)))
