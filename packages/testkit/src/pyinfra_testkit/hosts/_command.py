"""The command line: real hosts to try things with by hand."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from pyinfra_testkit.hosts._errors import HostsError, HostsUnavailableError
from pyinfra_testkit.hosts._image import prepare
from pyinfra_testkit.hosts._lab import Lab
from pyinfra_testkit.hosts._network import MAX_HOSTS
from pyinfra_testkit.hosts._requirements import missing_requirements
from pyinfra_testkit.hosts._users import USERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from pyinfra_testkit.hosts._host import RealHost


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What follows the program's name; by default this process's own.

    Returns:
        The exit code: 0, or 1 where real hosts could not be made.
    """
    parser = argparse.ArgumentParser(
        prog="python -m pyinfra_testkit.hosts",
        description="Real ssh hosts on this machine, to try things with.",
    )
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("prepare", help="build the base that all hosts start from, once")
    up = actions.add_parser("up", help="make hosts, say how to reach them, and remove them on Ctrl-C")
    up.add_argument("count", type=_count, nargs="?", default=1, help="how many (default: 1)")
    up.add_argument("--inventory", type=Path, help="also write a pyinfra inventory file there")
    options = parser.parse_args(arguments)
    try:
        if options.action == "prepare":
            return _prepare()
        return _up(options.count, options.inventory)
    except HostsError as error:
        _say(f"error: {error}", sys.stderr)
        return 1


def _say(line: str, stream: TextIO | None = None) -> None:
    print(line, file=stream, flush=True)


def _count(text: str) -> int:
    count = int(text)  # a ValueError is argparse's own message
    if not 1 <= count <= MAX_HOSTS:
        raise argparse.ArgumentTypeError(f"must be from 1 to {MAX_HOSTS}")
    return count


def _prepare() -> int:
    if missing := missing_requirements():
        raise HostsUnavailableError(f"real hosts need {', '.join(missing)}")
    _say(f"ready: {prepare(_say).directory}")
    return 0


def _up(count: int, inventory: Path | None) -> int:
    with Lab(_say) as lab:
        hosts = lab.hosts(count)
        signal.signal(signal.SIGTERM, _interrupt)
        if inventory is not None:
            inventory.write_text(_inventory(hosts))
        _say(_description(lab, hosts))
        try:
            signal.pause()
        except KeyboardInterrupt:
            _say("removing the hosts")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _inventory(hosts: Sequence[RealHost]) -> str:
    lines = "".join(f"    {host.inventory_line()}\n" for host in hosts)
    return f"hosts = [\n{lines}]\n"


def _description(lab: Lab, hosts: Sequence[RealHost]) -> str:
    users = ", ".join(f"{user.name} (password {user.password})" for user in USERS.values())
    shells = "\n".join(f"  ssh -F {lab.directory}/ssh_config {host.name}" for host in hosts)
    return (
        f"users: {users}\n\nshells:\n{shells}\n\ninventory:\n{_inventory(hosts)}\nCtrl-C removes the hosts."
    )
