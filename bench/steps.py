"""What the deploys of W1, W2 and W3 bring about: one list, written out as a deploy file and as a playbook."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyinfra_testkit.hosts import RealHost

FOLDER = "/srv/bench"
LINES_FILE = "/etc/hosts"


@dataclass(frozen=True)
class Step:
    """One operation, and the same as an Ansible task.

    Attributes:
        name: What it is called.
        operation: The operation, such as `files.put`.
        arguments: Its arguments.
        module: The Ansible module.
        parameters: Its parameters.
        variables: What the task's template is rendered with.
        path: The file that it is about.
        holds: Text that the file must hold afterwards; None where it is enough that it is there.
        mode: The permission bits it must have.
        changes_fresh: Whether it changes something on a fresh host.
    """

    name: str
    operation: str
    arguments: dict[str, Any]
    module: str
    parameters: dict[str, Any]
    path: str
    variables: dict[str, Any] = field(default_factory=dict)
    holds: str | None = None
    mode: int | None = None
    changes_fresh: bool = True


def steps() -> list[Step]:
    """Give the fifty steps."""
    return [
        *(_directory(number) for number in range(12)),
        *(_line(number) for number in range(10)),
        *(_put(number) for number in range(10)),
        *(_template(number) for number in range(10)),
        *(_user(number) for number in range(4)),
        # Of these only the last is not part of the hosts' base.
        *(_package(name, installed=True) for name in ("curl", "cron", "procps")),
        _package("hello", installed=False),
    ]


def write_files(folder: Path) -> None:
    """Write the local files that the steps upload and render."""
    for number in range(10):
        (folder / f"settings-{number}.conf").write_text(_settings(number))
        (folder / f"site-{number}.conf.j2").write_text(_SITE)


def problems(host: RealHost) -> list[str]:
    """Say what a host lacks of what the steps bring about; nothing where all is done."""
    found = []
    for step in steps():
        path = host.root / step.path.lstrip("/")
        if not path.exists():
            found.append(f"{host.name}: {step.name}: there is no {step.path}")
        elif step.holds is not None and step.holds not in path.read_text():
            found.append(f"{host.name}: {step.name}: {step.path} does not hold what it should")
        elif step.mode is not None and path.stat().st_mode & 0o7777 != step.mode:
            found.append(f"{host.name}: {step.name}: {step.path} has the wrong mode")
    return found


def fingerprint(host: RealHost) -> str:
    """Give what differs as soon as anything was written to what the steps are about, whoever reports what."""
    digest = hashlib.sha256()
    for name in sorted(
        {step.path for step in steps()} | {"/etc/group", "/etc/shadow", "/var/lib/dpkg/status"}
    ):
        path = host.root / name.lstrip("/")
        if not path.exists():
            continue
        status = path.stat()
        digest.update(
            f"{name} {status.st_ino} {status.st_mode} {status.st_uid} {status.st_mtime_ns}".encode()
        )
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _directory(number: int) -> Step:
    path = f"{FOLDER}/service-{number}"
    return Step(
        name=f"Folder {number}",
        operation="files.directory",
        arguments={"path": path, "mode": "750"},
        module="file",
        parameters={"path": path, "state": "directory", "mode": "0750"},
        path=path,
        mode=0o750,
    )


def _line(number: int) -> Step:
    line = f"10.9.8.{number} service-{number}.internal"
    return Step(
        name=f"Address {number}",
        operation="files.line",
        arguments={"path": LINES_FILE, "line": line},
        module="lineinfile",
        parameters={"path": LINES_FILE, "line": line},
        path=LINES_FILE,
        holds=f"{line}\n",
    )


def _put(number: int) -> Step:
    path = f"{FOLDER}/service-{number}/settings.conf"
    return Step(
        name=f"Settings {number}",
        operation="files.put",
        arguments={"src": f"settings-{number}.conf", "dest": path, "mode": "640"},
        module="copy",
        parameters={"src": f"settings-{number}.conf", "dest": path, "mode": "0640"},
        path=path,
        holds=_settings(number),
        mode=0o640,
    )


def _template(number: int) -> Step:
    path = f"{FOLDER}/service-{number}/site.conf"
    variables = {"service": f"service-{number}", "port": 8000 + number}
    return Step(
        name=f"Site {number}",
        operation="files.template",
        arguments={"src": f"site-{number}.conf.j2", "dest": path, "mode": "644", **variables},
        module="template",
        parameters={"src": f"site-{number}.conf.j2", "dest": path, "mode": "0644"},
        variables=variables,
        path=path,
        holds=f"server {{\n    listen {8000 + number};\n    name service-{number};\n}}",
        mode=0o644,
    )


def _user(number: int) -> Step:
    name = f"bench-{number}"
    return Step(
        name=f"User {number}",
        operation="server.user",
        arguments={"user": name, "shell": "/bin/bash", "ensure_home": False},
        module="user",
        parameters={"name": name, "shell": "/bin/bash", "create_home": False},
        path="/etc/passwd",
        holds=f"\n{name}:",
    )


def _package(name: str, *, installed: bool) -> Step:
    return Step(
        name=f"Package {name}",
        operation="apt.packages",
        arguments={"packages": [name]},
        module="apt",
        parameters={"name": [name], "state": "present"},
        path={"cron": "/usr/sbin/cron", "procps": "/bin/ps"}.get(name, f"/usr/bin/{name}"),
        changes_fresh=not installed,
    )


def _settings(number: int) -> str:
    return "".join(f"option_{line} = {number * line}\n" for line in range(60))


_SITE = "server {\n    listen {{ port }};\n    name {{ service }};\n}\n"
