"""What is done only in part, with success as the exit code, is a failure."""

from __future__ import annotations

import os
import sys

import pytest
from pyinfra.operations import dnf, yum
from pyinfra_testkit.deploys import run_deploy

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="@local needs a POSIX shell")

# yum(8) of CentOS 7: where it finds any of the packages, it passes over the others and succeeds.
YUM = """\
#!/bin/sh
[ "$1 $2" = "install -y" ] || exit 64
shift 2
for name; do
    case $name in
        gone*) echo "No package $name available." ;;
        /*) echo "Cannot open: $name. Skipping." ;;
        *) echo "Installed:"; echo "  $name.noarch 0:1.0-1"; echo "$name 1.0-1" >> "$INSTALLED" ;;
    esac
done
"""
RPM = """\
#!/bin/sh
[ "$*" != "--queryformat %{NAME} %{VERSION}-%{RELEASE}\\n -qa" ] || cat "$INSTALLED"
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    for name, text in (("yum", YUM), ("rpm", RPM)):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(text)
        program.chmod(0o755)
    listed = tmp_path / "installed"
    listed.write_text("")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("INSTALLED", str(listed))
    return listed


def install(*names):
    return run_deploy("@local", lambda: yum.packages(name="install", packages=list(names)))


def test_packages_that_yum_passes_over(installed):
    assert "No package gone-1.2 available." in install("demo", "gone=1.2").failed["install"]
    assert installed.read_text() == "demo 1.0-1\n"
    assert "Cannot open: /gone.rpm. Skipping." in install("demo", "/gone.rpm").failed["install"]
    again = install("demo")
    assert (again.unchanged, again.failed) == (["install"], {})


@pytest.mark.parametrize("module", [dnf, yum])
@pytest.mark.parametrize("content", [None, "no package"])
def test_a_file_that_can_not_tell_what_to_remove(installed, tmp_path, module, content):
    file = tmp_path / "a.rpm"
    if content:
        file.write_text(content)
    result = run_deploy("@local", lambda: module.rpm(name="remove", src=str(file), present=False))
    assert f"src must be the file of a package, and {file} is none" in result.failed["remove"]
