"""How each tool is asked to do a workload, and what it says of it."""

from __future__ import annotations

import abc
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyinfra_testkit.hosts import RealHost

from .environments import Environment
from .render import deploy_file, play, playbook
from .steps import steps, write_files

UPLOADED, SYNCED = "/srv/upload.bin", "/srv/tree"


@dataclass(frozen=True)
class Job:
    """A workload on given hosts.

    Attributes:
        workload: One of `cells.WORKLOADS` that works on hosts.
        folder: Where the tool runs, and its files are.
        hosts: The hosts.
        ssh_config: A file for `ssh -F` with all that ssh needs to know of them.
        upload: The local file to upload.
        tree: The local folder to sync.
    """

    workload: str
    folder: Path
    hosts: Sequence[RealHost]
    ssh_config: Path
    upload: Path
    tree: Path

    @property
    def work(self) -> str:
        """The workload without what it finds: `w1-hints` is the same work as `w1`."""
        return self.workload.removesuffix("-hints")


class Tool(abc.ABC):
    """A tool that is measured."""

    @abc.abstractmethod
    def prepare(self, job: Job) -> list[str]:
        """Write its files for a job, and give its command line."""

    def environment(self, job: Job) -> dict[str, str]:
        """Give the variables that it finds beside those that all find."""
        return {}

    def changes(self, output: str) -> int | None:
        """Read how many changes it says it made, over all hosts; None where it says nothing of that."""
        return None

    def commands(self, output: str) -> int | None:
        """Read how many commands it says its operations ran, over all hosts; None where it says nothing of that."""
        return None


class Pyinfra(Tool):
    """Ours or pyinfra 3.10, which are given the same files.

    Args:
        command: Its program, and arguments that come first.
        said: Finds the number of changes in what it prints.
    """

    def __init__(self, command: Sequence[str], said: str) -> None:
        self._command = command
        self._said = re.compile(said, re.MULTILINE)

    def prepare(self, job: Job) -> list[str]:
        lines = "".join(f"    {host.inventory_line('root')}\n" for host in job.hosts)
        (job.folder / "inventory.py").write_text(f"hosts = [\n{lines}]\n")
        (job.folder / "deploy.py").write_text(self._deploy(job))
        return [*self._command, "--yes", "inventory.py", "deploy.py"]

    def changes(self, output: str) -> int | None:
        found = self._said.findall(output)
        return int(found[-1].replace("-", "0")) if found else None

    def commands(self, output: str) -> int | None:
        found = re.findall(r"^Commands: (\d+)$", output, re.MULTILINE)
        return int(found[-1]) if found else None

    def _deploy(self, job: Job) -> str:
        if job.work in {"w1", "w2", "w3"}:
            write_files(job.folder)
            return deploy_file(steps(), reads_changed=job.work == "w3")
        call = {
            "w4-upload": f"files.put(src={str(job.upload)!r}, dest={UPLOADED!r})\n",
            "w4-sync": f"files.sync(src={str(job.tree)!r}, dest={SYNCED!r})\n",
            "w5": "",
        }
        return f"from pyinfra.operations import files\n\n{call[job.work]}"


class Ansible(Tool):
    """ansible-core, set up as its own advice on speed has it.

    Args:
        environment: Where it is installed.
        settings: Lines for `[defaults]` in its configuration.
    """

    def __init__(self, environment: Environment, settings: str = "") -> None:
        self._environment = environment
        self._settings = settings

    def prepare(self, job: Job) -> list[str]:
        shutil.rmtree(job.folder / "control", ignore_errors=True)
        (job.folder / "ansible.cfg").write_text(
            f"[defaults]\nforks = {max(5, len(job.hosts))}\ninventory = hosts.ini\nhost_key_checking = True\n"
            f"interpreter_python = /usr/bin/python3\n{self._settings}"
            f"[connection]\npipelining = True\n[ssh_connection]\ncontrol_path_dir = {job.folder}/control\n"
        )
        known = f"-o UserKnownHostsFile={job.hosts[0].known_hosts} -o IdentitiesOnly=yes"
        (job.folder / "hosts.ini").write_text(
            "".join(f"{host.name} ansible_host={host.address}\n" for host in job.hosts)
            + "[all:vars]\nansible_user=root\n"
            + f"ansible_ssh_private_key_file={job.hosts[0].key}\nansible_ssh_common_args={known}\n"
        )
        (job.folder / "playbook.yml").write_text(self._playbook(job))
        return [self._environment.program("ansible-playbook"), "playbook.yml"]

    def environment(self, job: Job) -> dict[str, str]:
        return {"ANSIBLE_CONFIG": str(job.folder / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}

    def changes(self, output: str) -> int | None:
        found = re.findall(r"^\S+ +: ok=\d+ +changed=(\d+)", output, re.MULTILINE)
        return sum(map(int, found)) if found else None

    def _playbook(self, job: Job) -> str:
        if job.work in {"w1", "w2", "w3"}:
            write_files(job.folder)
            return playbook(steps(), reads_changed=job.work == "w3")
        tasks: dict[str, dict[str, Any]] = {
            "w4-upload": {"ansible.builtin.copy": {"src": str(job.upload), "dest": UPLOADED}},
            "w4-sync": {"ansible.builtin.copy": {"src": f"{job.tree}/", "dest": f"{SYNCED}/"}},
            # Without a task it would not so much as connect.
            "w5": {"ansible.builtin.raw": "true", "changed_when": False},
        }
        return play([tasks[job.work]])


class Yardstick(Tool):
    """What OpenSSH and tar take for the same.

    Args:
        name: `scp`, `tar` or `ssh`.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def prepare(self, job: Job) -> list[str]:
        options, host = ["-F", str(job.ssh_config)], job.hosts[0].name
        source, target = (job.upload, UPLOADED) if job.work == "w4-upload" else (job.tree, SYNCED)
        if self._name == "ssh":
            return ["ssh", *options, host, "true"]
        if self._name == "scp":
            return ["scp", "-q", "-r", *options, str(source), f"{host}:{target}"]
        rename = f"--transform=s,^{source.name},{Path(target).name},"
        pack = f"tar --create --directory={source.parent} {rename} {source.name}"
        return ["sh", "-c", f"{pack} | ssh {' '.join(options)} {host} tar --extract --directory=/srv"]


def make_tool(name: str, environments: dict[str, Environment]) -> Tool:
    """Make one of `cells.TOOLS`.

    Args:
        name: Its name.
        environments: The environments, by name.
    """
    if name == "ours":
        return Pyinfra([environments[name].program("pyinfra")], r"^Changes: (\d+)$")
    if name == "pyinfra3":
        return Pyinfra([environments[name].program("pyinfra")], _GRAND_TOTAL)
    if name == "pyinfra3-nodelay":
        wrapper = str(Path(__file__).with_name("nodelay.py"))
        return Pyinfra([environments["pyinfra3"].program("python"), wrapper], _GRAND_TOTAL)
    if name == "ansible":
        return Ansible(environments[name])
    if name == "mitogen":
        (plugins,) = environments[name].folder.glob(
            "lib/python*/site-packages/ansible_mitogen/plugins/strategy"
        )
        return Ansible(environments[name], f"strategy_plugins = {plugins}\nstrategy = mitogen_linear\n")
    return Yardstick(name)


def environment_of(name: str) -> str | None:
    """Give the name of the environment that a tool runs in; None where it is this machine's own."""
    return {"pyinfra3-nodelay": "pyinfra3", "scp": None, "tar": None, "ssh": None}.get(name, name)


_GRAND_TOTAL = r"^ *Grand total +\d+ +(\d+|-) "
