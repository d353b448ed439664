import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinfra.operations.dnf._changes import read_changes

DNF_4 = """\
Last metadata expiration check: 0:00:52 ago on Sat Nov 21 07:35:52 2026.
Dependencies resolved.
================================================================================
 Package           Architecture        Version             Repository      Size
================================================================================
Installing:
 nano              x86_64              5.6.1-6.el9         baseos         690 k
Upgrading:
 nginx             x86_64              2:1.24.0-1.el9      appstream       36 k
Removing:
 kernel            x86_64              5.14.0-362.el9      @baseos          0

Transaction Summary
================================================================================
Install  1 Package
Upgrade  1 Package

Running transaction
  Preparing        :                                                        1/1
  Installing       : nano-5.6.1-6.el9.x86_64                                1/8
  Upgrading        : nginx-2:1.24.0-1.el9.x86_64                            2/8
  Upgrading        : a-very-long-name-of-a-package-that-would-wrap-in-a-t   3/8
  Downgrading      : glibc-common-2.34-60.el9.x86_64                        4/8
  Reinstalling     : bash-5.1.8-6.el9.x86_64                                5/8
  Cleanup          : nginx-1:1.20.1-14.el9.x86_64                           6/8
  Cleanup          : a-very-long-name-of-a-package-that-would-wrap-in-a-t   6/8
  Cleanup          : glibc-common-2.34-83.el9.x86_64                        7/8
  Cleanup          : bash-5.1.8-6.el9.x86_64                                8/8
  Erasing          : kernel-5.14.0-362.el9.x86_64                           8/8
  Verifying        : nano-5.6.1-6.el9.x86_64                                1/8

Upgraded:
  nginx-2:1.24.0-1.el9.x86_64
  a-very-long-name-of-a-package-that-would-wrap-in-a-table-of-eighty-columns-2:1.2-1.noarch
Downgraded:
  glibc-common-2.34-60.el9.x86_64
Installed:
  kernel-5.14.0-427.el9.x86_64       nano-5.6.1-6.el9.x86_64
Reinstalled:
  bash-5.1.8-6.el9.x86_64
Removed:
  kernel-5.14.0-362.el9.x86_64

Complete!
"""

YUM_3 = """\
Running transaction
  Updating   : 1:nginx-1.20.1-10.el7.x86_64                                 1/4
  Installing : libfoo-0.9-1.el7.i686                                        2/4
  Cleanup    : 1:nginx-1.19.0-1.el7.x86_64                                  3/4
  Erasing    : old-name-1.0-1.el7.noarch                                    4/4
  Verifying  : 1:nginx-1.20.1-10.el7.x86_64                                 1/4

Dependency Installed:
  libfoo.i686 0:0.9-1.el7             libbar.x86_64 0:2-3.el7

Updated:
  nginx.x86_64 1:1.20.1-10.el7

Replaced:
  old-name.noarch 0:1.0-1.el7

Complete!
"""

DNF_5 = """\
Updating and loading repositories:
Repositories loaded.
Package            Arch   Version          Repository      Size
Upgrading:
 nginx             x86_64 2:1.26.2-1.fc41  updates    174.6 KiB
   replacing nginx x86_64 2:1.26.1-1.fc41  fedora     174.5 KiB
Installing:
 newer             noarch 1.0-1.fc41       fedora       4.0 B
   replacing older noarch 0.9-1.fc41       fedora       4.0 B
Installing dependencies:
 libfoo            x86_64 0:0.9-1.fc41     fedora      10.1 KiB
Removing:
 nano              x86_64 8.1-1.fc41       fedora       2.8 MiB
Skipping packages with conflicts:
 skipped           x86_64 8.1-1.fc41       fedora       2.8 MiB

Transaction Summary:
 Installing:        2 packages
 Upgrading:         1 package
 Replacing:         2 packages

Running transaction
[1/6] Upgrading nginx-2:1.26.2-1.fc41.x86_64 100% |   1.0 MiB/s
Complete!
"""


@pytest.mark.parametrize(
    ("output", "changes"),
    [
        (
            DNF_4,
            [
                "nginx 1:1.20.1-14.el9 -> 2:1.24.0-1.el9",
                "a-very-long-name-of-a-package-that-would-wrap-in-a-table-of-eighty-columns 2:1.2-1 installed",
                "glibc-common 2.34-83.el9 -> 2.34-60.el9",
                "kernel 5.14.0-427.el9 installed",
                "nano 5.6.1-6.el9 installed",
                "kernel 5.14.0-362.el9 removed",
            ],
        ),
        (
            YUM_3,
            [
                "libfoo 0.9-1.el7 installed",
                "libbar 2-3.el7 installed",
                "nginx 1:1.19.0-1.el7 -> 1:1.20.1-10.el7",
                "old-name 1.0-1.el7 removed",
            ],
        ),
        (
            DNF_5,
            [
                "nginx 2:1.26.1-1.fc41 -> 2:1.26.2-1.fc41",
                "newer 1.0-1.fc41 installed",
                "libfoo 0.9-1.fc41 installed",
                "older 0.9-1.fc41 removed",
                "nano 8.1-1.fc41 removed",
            ],
        ),
        ("Dependencies resolved.\nNothing to do.\nComplete!\n", []),
        ("Reinstalled:\n  bash-5.1.8-6.el9.x86_64\n\nComplete!\n", []),
        ("", []),
    ],
    ids=["dnf 4", "yum 3", "dnf 5", "nothing", "reinstalled", "empty"],
)
def test_transactions(output, changes):
    assert read_changes(output.splitlines()) == changes


@given(st.lists(st.text()))
def test_any_output_is_read(lines):
    read_changes(lines)
    read_changes(["Installed:", *(f"  {line}" for line in lines)])
