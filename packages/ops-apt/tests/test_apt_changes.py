"""What apt-get and dpkg of Debian 12 printed, and what they had changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.operations.apt._changes import read_changes

INSTALL = """\
Reading package lists...
Building dependency tree...
The following NEW packages will be installed:
  hello testkit-demo
0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.
Need to get 0 B/106 kB of archives.
After this operation, 399 kB of additional disk space will be used.
Get:1 file:/srv/testkit-repository/main ./ hello 2.10-3 [53.1 kB]
Get:2 file:/srv/testkit-repository/main ./ testkit-demo 1.0 [772 B]
Selecting previously unselected package hello.
(Reading database ... (Reading database ... 5%(Reading database ... 8623 files and directories currently installed.)
Preparing to unpack .../main/./hello_2.10-3_amd64.deb ...
Unpacking hello (2.10-3) ...
Selecting previously unselected package testkit-demo.
Preparing to unpack ..././testkit-demo_1.0_all.deb ...
Unpacking testkit-demo (1.0) ...
Setting up testkit-demo (1.0) ...
Setting up hello (2.10-3) ...
"""

UPGRADE = """\
The following packages will be upgraded:
  testkit-demo
1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
Preparing to unpack ..././testkit-demo_2.0_all.deb ...
Unpacking testkit-demo (2.0) over (1.0) ...
Setting up testkit-demo (2.0) ...
"""

REINSTALL = """\
0 upgraded, 0 newly installed, 1 reinstalled, 0 to remove and 0 not upgraded.
Preparing to unpack .../main/./hello_2.10-3_amd64.deb ...
Unpacking hello (2.10-3) over (2.10-3) ...
Setting up hello (2.10-3) ...
"""

REMOVE = """\
The following packages will be REMOVED:
  cron testkit-demo
0 upgraded, 0 newly installed, 2 to remove and 0 not upgraded.
Removing cron (3.0pl1-162) ...
Removing user `cron' ...
Removing testkit-demo (1.0) ...
"""

PURGE = """\
Removing hello (2.10-3) ...
Purging configuration files for hello (2.10-3) ...
Purging configuration files for cron (3.0pl1-162) ...
"""

REPLACED = """\
Selecting previously unselected package agent2.
Preparing to unpack /srv/b.deb ...
Unpacking agent2 (2.0) ...
Removing agent (1:1.0~rc1-2), to allow configuration of agent2 (2.0) ...
Setting up agent2 (2.0) ...
"""

TWO_ARCHITECTURES = """\
Preparing to unpack .../libc6_2.36-9_i386.deb ...
Unpacking libc6:i386 (2.36-9) over (2.36-8) ...
Unpacking libc6:amd64 (2.36-9) over (2.36-8) ...
"""

# dpkg -i of a package that needs another, apt-get install -f, and dpkg -i again.
IN_THREE_STEPS = """\
Unpacking agent (1.0) ...
Unpacking tree (2.1.0-1) ...
Setting up tree (2.1.0-1) ...
Setting up agent (1.0) ...
Unpacking agent (1.0) over (1.0) ...
"""

GERMAN = """\
Entpacken von tree (2.1.0-1) ...
tree (2.1.0-1) wird eingerichtet ...
"""

NAMES = st.from_regex(r"[a-z0-9][a-z0-9+.-]{1,8}", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9][A-Za-z0-9.+:~-]{0,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("output", "changes"),
    [
        (INSTALL, ["hello 2.10-3 installed", "testkit-demo 1.0 installed"]),
        (UPGRADE, ["testkit-demo 1.0 -> 2.0"]),
        (REINSTALL, []),
        (REMOVE, ["cron 3.0pl1-162 removed", "testkit-demo 1.0 removed"]),
        (PURGE, ["hello 2.10-3 removed", "cron 3.0pl1-162 purged"]),
        (REPLACED, ["agent2 2.0 installed", "agent 1:1.0~rc1-2 removed"]),
        (TWO_ARCHITECTURES, ["libc6 2.36-8 -> 2.36-9"]),
        (IN_THREE_STEPS, ["agent 1.0 installed", "tree 2.1.0-1 installed"]),
        (GERMAN, []),
        ("", []),
    ],
)
def test_changes(output, changes):
    assert read_changes(output.splitlines()) == changes


def test_apt_gives_dpkg_a_terminal():
    assert read_changes([f"(Reading ... 5%\r{line}\r" for line in UPGRADE.splitlines()]) == [
        "testkit-demo 1.0 -> 2.0"
    ]


def test_what_comes_and_goes_again_has_not_changed():
    lines = ["Unpacking agent (1.0) ...", "Removing agent (1.0) ..."]
    assert read_changes(lines) == []


@given(st.lists(st.text()))
def test_any_output_is_read(lines):
    read_changes(lines)


@given(st.dictionaries(NAMES, st.tuples(st.none() | VERSIONS, VERSIONS), max_size=4))
def test_each_version_is_told(versions):
    lines = [
        f"Unpacking {name} ({new}) over ({old}) ..." if old else f"Unpacking {name} ({new}) ..."
        for name, (old, new) in versions.items()
    ]
    assert read_changes(lines) == [
        f"{name} {old} -> {new}" if old else f"{name} {new} installed"
        for name, (old, new) in versions.items()
        if old != new
    ]
