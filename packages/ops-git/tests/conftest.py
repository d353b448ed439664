"""A real host that has this machine's git: it is not among the packages that hosts have, and needs many."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

# What git runs from its own folder in these tests; all else is in the one program.
PROGRAMS = ("git-sh-i18n", "git-sh-i18n--envsubst", "git-sh-setup", "git-submodule")
SETTINGS = """\
[user]
    name = a
    email = a@b
[init]
    defaultBranch = main
[pull]
    rebase = false
[protocol "file"]
    allow = always
"""


def _said(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def git_host(ssh_host):
    """A host with git and with settings of its users'; below `/srv/git`, `deploy` may make repositories."""
    program, folder = Path(shutil.which("git") or "/usr/bin/git"), Path(_said("git", "--exec-path").strip())
    libraries = [word for word in _said("ldd", str(program)).split() if word.startswith("/")]
    for path in [*map(Path, libraries), *(folder / name for name in PROGRAMS)]:
        target = ssh_host.root / str(path).lstrip("/")
        if path.exists() and not os.path.lexists(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    shutil.copy(program, ssh_host.root / "usr/bin/git")
    for name in ("git-receive-pack", "git-upload-pack"):
        (ssh_host.root / "usr/bin" / name).symlink_to("git")
    (ssh_host.root / "usr/share/git-core/templates").mkdir(parents=True)
    for user in ("root", "deploy"):
        ssh_host.exec("sh", "-c", 'cat > "$HOME/.gitconfig"', input=SETTINGS, user=user)
    ssh_host.exec("install", "-d", "-o", "deploy", "/srv/git")
    runs = ssh_host.exec("git", "--version")
    if runs.returncode != 0:
        pytest.skip(f"this machine's git does not run on a Debian host: {runs.stderr}")
    return ssh_host
