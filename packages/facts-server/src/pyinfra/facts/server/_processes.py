"""Facts about what runs: processes and load."""

from __future__ import annotations

import re

from pyinfra import host
from pyinfra.api import FactBase, FactValueError
from typing_extensions import TypedDict, override

from ._session import Which
from ._system import Kernel

COLUMNS = "pid,user,stat,%cpu,%mem,comm,args"
# procps writes names in a column of this width.
COMMAND_WIDTH = 15
PROCESS = re.compile(
    r"\s*(?P<pid>\d+)\s+(?P<user>\S+)\s+(?P<state>[A-Z]\S*)\s+(?P<cpu>\d+(?:\.\d+)?|-)\s+(?P<mem>\d+(?:\.\d+)?|-)\s+(?P<rest>.*)"
)
BUSYBOX_PROCESS = re.compile(
    r"\s*(?P<pid>\d+)\s+(?P<user>\S+)\s+\d[\d.]*[kmgKMG]?\s+(?P<state>[A-Z]\S*(?:\s[<N])?)\s+(?P<args>\S.*)"
)
NUMBER = r"(\d+\.\d+)"


class ProcessInfo(TypedDict):
    """What `Processes` knows of one process.

    Attributes:
        user: whose it is.
        state: its state, as `ps` writes it, such as `Ss`.
        cpu_percent: how much of a processor it took, in percent.
        mem_percent: how much of the memory it holds, in percent.
        command: the name of its program.
        args: its command line.
    """

    user: str
    state: str
    cpu_percent: float
    mem_percent: float
    command: str
    args: str


class Processes(FactBase[dict[int, ProcessInfo]]):
    """The processes by their numbers, from `ps`.

    .. code:: python

        {
            1: {"user": "root", "state": "Ss", "cpu_percent": 0.0, "mem_percent": 0.1, "command": "init",
                "args": "/sbin/init"},
        }

    The `ps` of busybox tells neither `cpu_percent` nor `mem_percent`: both are 0.0 then.

    Args:
        pid: the number of the only process to tell of; None for all.

    Raises:
        FactValueError: `pid` is no number.
    """

    default = dict
    side_effect_free = True

    @override
    def command(self, pid: int | None = None) -> str:
        if pid is not None and not str(pid).isdecimal():
            raise FactValueError(f"pid must be the number of a process, not {pid!r}")
        kernel = host.get_fact(Kernel)
        if kernel == "Linux":
            full = _linux(pid)
            # Where busybox is installed, ps may be that of procps all the same.
            if host.get_fact(Which, command="busybox"):
                only = "" if pid is None else f" | awk 'NR==1 || $1=={pid}'"
                short = f"LANG=C ps -o pid,user,vsz,stat,args{only}"
                return f"if ps --version > /dev/null 2>&1; then {full}; else {short}; fi"
            return full
        # On the BSDs -e is about the environment.
        chosen = f"-p {pid} -o" if pid is not None else "-eo" if kernel == "Darwin" else "-axo"
        return f"LANG=C ps {chosen} {COLUMNS}"

    @override
    def process(self, output: list[str]) -> dict[int, ProcessInfo]:
        processes: dict[int, ProcessInfo] = {}
        for line in output:
            if found := PROCESS.fullmatch(line):
                command, args = _split_command(found["rest"])
                cpu, memory = (0.0 if found[key] == "-" else float(found[key]) for key in ("cpu", "mem"))
            elif found := BUSYBOX_PROCESS.fullmatch(line):
                command, args = _busybox_command(found["args"])
                cpu = memory = 0.0
            else:
                continue
            processes[int(found["pid"])] = {
                "user": found["user"],
                "state": found["state"],
                "cpu_percent": cpu,
                "mem_percent": memory,
                "command": command,
                "args": args,
            }
        return processes


def _linux(pid: int | None) -> str:
    if pid is None:
        return f"LANG=C ps -eo {COLUMNS} --no-headers"
    return f"LANG=C ps -p {pid} -o {COLUMNS}"


def _busybox_command(text: str) -> tuple[str, str]:
    """Tell the command's name from its arguments: before these stands `{name}` where they begin with another one."""
    if found := re.fullmatch(r"\{([^{}]+)\}\s+(\S.*)", text):
        return found[1], found[2]
    # A process of the kernel has no arguments: `[kthreadd]`.
    if found := re.fullmatch(r"\[([^\[\]]+)\]", text):
        return found[1], text
    return text.split(maxsplit=1)[0].rpartition("/")[2], text


def _split_command(text: str) -> tuple[str, str]:
    """Split the last two columns, of which the first may hold spaces: `tmux: server    tmux new`."""
    if text[COMMAND_WIDTH : COMMAND_WIDTH + 1] == " ":
        return text[:COMMAND_WIDTH].rstrip(), text[COMMAND_WIDTH + 1 :].strip()
    command, _, args = text.partition(" ")
    return command, args.strip()


class LoadAverage(FactBase[dict[int, float]]):
    """The load averages over 1, 5 and 15 minutes, from `/proc/loadavg` or `uptime`.

    .. code:: python

        {1: 0.12, 5: 0.21, 15: 0.22}
    """

    command = "cat /proc/loadavg 2>/dev/null || uptime"
    default = dict
    side_effect_free = True

    @override
    def process(self, output: list[str]) -> dict[int, float]:
        text = "\n".join(output)
        found = re.search(rf"(?:^|averages?:\s*){NUMBER},?\s+{NUMBER},?\s+{NUMBER}", text)
        return dict(zip((1, 5, 15), map(float, found.groups()), strict=True)) if found else {}
