from hypothesis import given
from hypothesis import strategies as st
from pyinfra.operations.pip._changes import pip_changes, pipx_changes, uv_changes, uv_python_changes

NAME = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
VERSION = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}(rc[0-9]|\.post1|\+local)?", fullmatch=True)

PIP_INSTALL = """\
Looking in links: /srv/wheels
Requirement already satisfied: demo-tool in ./v/lib/python3.11/site-packages (1.0)
Processing ./demo_tool-2.0-py3-none-any.whl
Processing ./demolib-2.0-py3-none-any.whl (from needer)
Installing collected packages: demolib, demo-tool, b-2, same
  Attempting uninstall: demo-tool
    Found existing installation: demo_tool 1.0
    Uninstalling demo_tool-1.0:
      Successfully uninstalled demo_tool-1.0
  Attempting uninstall: same
    Found existing installation: same 1.0
    Uninstalling same-1.0:
      Successfully uninstalled same-1.0
Successfully installed b-2-1.0-1 demo-tool-2.0 demolib-2.0 same-1.0 stranger-1.0
"""

PIP_UNINSTALL = """\
Found existing installation: demo-tool 2.0
Uninstalling demo-tool-2.0:
  Successfully uninstalled demo-tool-2.0
Found existing installation: chardet 5.1.0
Not uninstalling chardet at /usr/lib/python3/dist-packages, outside environment /usr
WARNING: Skipping nope as it is not installed.
"""

UV = """\
Using Python 3.11.7 environment at: v
Resolved 3 packages in 1ms
Uninstalled 2 packages in 0.41ms
Installed 3 packages in 1ms
 - demo-tool==1.0
 + demo-tool==2.0 (from file:///srv/demo_tool-2.0-py3-none-any.whl)
 + demolib==2.0
 - gone==0.1
 ~ same==3.0
 + http://example.com
"""

PIPX = """\
upgraded package demo-tool from 1.0 to 2.0 (location:
/home/ann/.local/pipx/venvs/demo-tool)
  installed package needer 1.0, installed using Python 3.11.7
  These apps are now available
    - needer
other is already at latest version 1.0 (location: /home/ann/.local/pipx/venvs/other)
uninstalled old-one! ✨ 🌟 ✨
"""


def test_pip_installs():
    assert pip_changes(PIP_INSTALL.splitlines()) == [
        "demo-tool 1.0 -> 2.0",
        "same 1.0 reinstalled",
        "b-2 1.0-1 installed",
        "demolib 2.0 installed",
    ]


def test_pip_removes():
    assert pip_changes(PIP_UNINSTALL.splitlines()) == ["demo-tool 2.0 removed"]


def test_several_commands_of_pip_and_the_last_word():
    assert pip_changes([*PIP_INSTALL.splitlines(), *PIP_UNINSTALL.splitlines()]) == [
        "demo-tool 1.0 removed",
        "same 1.0 reinstalled",
        "b-2 1.0-1 installed",
        "demolib 2.0 installed",
    ]


def test_uv():
    assert uv_changes(UV.splitlines()) == [
        "demo-tool 1.0 -> 2.0",
        "demolib 2.0 installed",
        "gone 0.1 removed",
        "same 3.0 reinstalled",
    ]


def test_pythons_of_uv():
    lines = [
        "Installed Python 3.12.4 in 2.12s",
        " + cpython-3.12.4-linux-x86_64-gnu (python3.12)",
        " - pypy-3.10.14-linux-x86_64-gnu",
        " + demo-tool==2.0",
    ]
    assert uv_python_changes(lines) == [
        "cpython-3.12.4-linux-x86_64-gnu installed",
        "pypy-3.10.14-linux-x86_64-gnu removed",
    ]


def test_pipx():
    assert pipx_changes(PIPX.splitlines()) == [
        "demo-tool 1.0 -> 2.0",
        "needer 1.0 installed",
        "old-one removed",
    ]


@given(st.dictionaries(NAME, VERSION, min_size=1))
def test_pip_names_and_versions_come_apart(packages):
    lines = [
        "Installing collected packages: " + ", ".join(packages),
        "Successfully installed " + " ".join(f"{name}-{version}" for name, version in packages.items()),
    ]
    assert pip_changes(lines) == [f"{name} {version} installed" for name, version in packages.items()]


@given(st.dictionaries(NAME, st.tuples(VERSION, VERSION), min_size=1))
def test_uv_names_and_versions_come_apart(packages):
    lines = []
    for name, (before, after) in packages.items():
        lines += [f" - {name}=={before}", f" + {name}=={after}"]
    assert uv_changes(lines) == [
        f"{name} {before} reinstalled" if before == after else f"{name} {before} -> {after}"
        for name, (before, after) in packages.items()
    ]


@given(st.lists(st.text()))
def test_any_output_is_read(lines):
    for report in (pip_changes, pipx_changes, uv_changes, uv_python_changes):
        assert report(lines) == []
