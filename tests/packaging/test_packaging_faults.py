"""Plugins with every fault that one can have, installed together: each is named, and the rest works."""

from __future__ import annotations

import json
import shutil

import pytest

from .conftest import HERE, Venv, start

OPERATION = (
    "from pyinfra.api import operation\n@operation()\ndef site():\n    '''Do it.'''\n    yield 'true'\n"
)
# By distribution: its code, its entry points, and what it requires.
FAULTS: dict[str, tuple[str, dict[str, str], str]] = {
    "acme-gone": ("", {"operations": "gone = a_module_that_nobody_has"}, "pyinfra-core>=3"),
    "acme-attribute": ("", {"connectors": "attribute = acme_attribute:Nobody"}, "pyinfra-core>=3"),
    "acme-class": (
        "class Thing:\n    pass\n",
        {"facts": "thing = acme_class", "connectors": "thing = acme_class:Thing"},
        "pyinfra-core>=3",
    ),
    "acme-named": (
        "class Thing:\n    pass\n",
        {"facts": "named = acme_named:Thing"},
        "pyinfra-core>=3",
    ),
    "acme-exits": (
        "raise SystemExit('bye')\n",
        {"operations": "exits = acme_exits", "plugins": "exits = acme_exits"},
        "pyinfra-core>=3",
    ),
    "acme-prints": (f"print('chatter')\n{OPERATION}", {"operations": "prints = acme_prints"}, "pyinfra-core"),
    "acme-newer": (OPERATION, {"operations": "newer = acme_newer"}, "pyinfra-core>=99"),
    "acme-first": (OPERATION, {"operations": "twice = acme_first"}, "pyinfra-core"),
    "acme-second": (OPERATION, {"operations": "twice = acme_second"}, "pyinfra-core"),
    "acme-silent": (OPERATION.replace("'''Do it.'''", "pass"), {"operations": "silent = acme_silent"}, ""),
    "acme-hook": ("def pyinfra_no_such_hook():\n    pass\n", {"plugins": "typo = acme_hook"}, ""),
}
# What a user does, and what is told of it besides the version, which is 4.5 everywhere.
USES = {
    "a module that is missing": ("@local gone.x", ("acme-gone", "a_module_that_nobody_has", "pip uninstall")),
    "an attribute that is missing": (
        "@attribute/x exec -- true",
        ("acme-attribute", "has no attribute 'Nobody'", "pip uninstall acme-attribute"),
    ),
    "a class that is no fact": (
        "@local fact thing.Thing",
        ("acme-class", "thing.Thing is no fact", "derives from FactBase"),
    ),
    "a class in place of a module of facts": (
        "@local fact named.Thing",
        ("acme-named", "named.Thing is no fact", "derives from FactBase"),
    ),
    "a class that is no connector": (
        "@thing/x exec -- true",
        ("acme-class", "acme_class:Thing is no connector", "derives from BaseConnector"),
    ),
    "one that exits": ("@local exits.x", ("acme-exits", "SystemExit: bye", "pip uninstall acme-exits")),
    "one for a newer core": ("@local newer.site", ("acme-newer", "needs pyinfra-core>=99", "pip uninstall")),
    "two of one name": ("@local twice.site", ("acme-first 4.5", "acme-second 4.5", "uninstall one of them")),
}
CHECKED = {
    "acme-gone": "No module named 'a_module_that_nobody_has'; install a version that works",
    "acme-attribute": "has no attribute 'Nobody'; install a version that works",
    "acme-class": "is no connector; name a class that derives from BaseConnector",
    "acme-named": "is no module; name the module that the facts are in",
    "acme-exits": "SystemExit: bye; install a version that works",
    "acme-prints": "it prints as it is imported ('chatter'); remove that",
    "acme-newer": "needs pyinfra-core>=99, installed is 3.11.0: install versions that fit",
    "acme-first": "uninstall one of them",
    "acme-second": "uninstall one of them",
    "acme-silent": "site has no docstring; say what it does",
    "acme-hook": "pyinfra_no_such_hook is no hook (they are listed in pyinfra.plugins.spec)",
}
# How much longer a command that needs no plugin may take, and how often it is tried to find the least it takes.
ALLOWED = 1.2
FEWEST, MOST = 6, 40


@pytest.fixture(scope="module")
def spoilt(make_venv, acme, write_wheel) -> Venv:
    """An environment with a sound plugin, and all that have faults."""
    made: Venv = make_venv("pyinfra-cli", acme)
    wheels = [
        write_wheel(
            name,
            "4.5",
            {f"{name.replace('-', '_')}.py": code},
            {kind: [point] for kind, point in points.items()},
            f"Requires-Dist: {requires}\n" if requires else "",
        )
        for name, (code, points, requires) in FAULTS.items()
    ]
    # Without dependencies: an installer would refuse those that can't be had.
    made.install("--no-deps", *wheels)
    return made


@pytest.mark.parametrize("fault", USES)
def test_who_uses_one_is_told(spoilt, fault):
    words, told = USES[fault]
    done = spoilt.pyinfra(*words.split())
    assert done.returncode != 0
    (line,) = (line for line in done.stderr.splitlines() if "pyinfra error:" in line)
    assert [word for word in ("4.5", *told) if word not in line] == []
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["gone", "exits", "newer", "twice"])
def test_a_deploy_that_imports_one_is_told(spoilt, tmp_path, name):
    (tmp_path / "deploy.py").write_text(f"\nfrom pyinfra.operations import {name}\n")
    done = spoilt.pyinfra("--yes", "@local", "deploy.py", cwd=tmp_path)
    assert done.returncode == 1
    (line,) = (line for line in done.stderr.splitlines() if "pyinfra error:" in line)
    assert "deploy.py:2: " in line
    assert f"acme-{'first' if name == 'twice' else name} 4.5" in line
    assert "uninstall" in line
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", FAULTS)
def test_a_check_names_it(spoilt, name):
    done = spoilt.pyinfra("plugins", "check", name)
    assert done.returncode == 1
    wrong = [line for line in done.stdout.splitlines() if line.startswith("wrong: ")]
    assert any(f" of {name} 4.5: " in line and CHECKED[name] in line for line in wrong), done.stdout


def test_a_check_of_all_names_each(spoilt):
    done = spoilt.pyinfra("plugins", "check")
    assert done.returncode == 1
    assert [text for text in CHECKED.values() if text not in done.stdout] == []
    assert " of acme-infra " not in done.stdout
    assert " of pyinfra-" not in done.stdout


def test_they_are_listed_as_broken(spoilt):
    rows = json.loads(spoilt.pyinfra("plugins", "list", "--json").stdout)
    broken = {row["package"] for row in rows if row["state"] == "broken"}
    assert broken == {
        *("acme-gone", "acme-attribute", "acme-exits", "acme-newer", "acme-first", "acme-second")
    }
    assert {row["state"] for row in rows if row["package"] == "acme-infra"} == {"ok"}


def test_the_others_work(spoilt, tmp_path):
    done = spoilt.pyinfra("--yes", "@local", "nginx.site", "shop", f"root={tmp_path}")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sites-enabled" / "shop").exists()
    # Hooks are loaded at every run, and what is wrong with them is told there.
    for told in ("plugins 'exits' of acme-exits 4.5", "acme-hook 4.5: plugin 'typo'"):
        assert told in done.stderr


def test_they_cost_a_command_little(make_venv, spoilt):
    sound = make_venv("pyinfra-cli")
    # The first start of each writes what later ones read.
    start(sound), start(spoilt)
    least = {"sound": 1e9, "spoilt": 1e9}
    for count in range(MOST):
        least["sound"] = min(least["sound"], start(sound))
        least["spoilt"] = min(least["spoilt"], start(spoilt))
        if count >= FEWEST and least["spoilt"] <= ALLOWED * least["sound"]:
            break
    assert least["spoilt"] <= ALLOWED * least["sound"]


METADATA = """\
[pyinfra.plugins."nginx-ops"]
name = "nginx"
type = "operation"
path = "src/acme_infra/operations/nginx.py"
tags = ["web-server"]

[pyinfra.plugins."nginx-facts"]
name = "nginx"
type = "fact"
path = "src/acme_infra/facts/nginx.py"
tags = ["web-server"]
"""


@pytest.fixture(scope="module")
def documenting(make_venv) -> Venv:
    made: Venv = make_venv("pyinfra-docs")
    return made


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('type = "fact"', 'type = "fact', 9, "this is no TOML"),
        ('type = "fact"', 'type = "facts"', 9, "type must be one of operation, fact, connector, deploy"),
        ("facts/nginx.py", "facts/apache.py", 10, "there is no src/acme_infra/facts/apache.py"),
        ('type = "fact"', 'type = "operation"', 7, "are both the operation plugin nginx"),
        ('tags = ["web-server"]\n\n', 'tags = ["Web Server"]\n\n', 5, "the tag 'Web Server' is no slug"),
    ],
)
def test_what_is_wrong_with_metadata_is_one_error(documenting, tmp_path, old, new, line, told):
    assert old in METADATA
    shutil.copytree(HERE / "acme", tmp_path / "acme")
    file = tmp_path / "acme/pyinfra-metadata.toml"
    file.write_text(METADATA.replace(old, new, 1))
    done = documenting.run("pyinfra-docs", ".", cwd=tmp_path / "acme")
    assert (done.returncode, done.stdout) == (1, "")
    (error,) = done.stderr.splitlines()
    assert error.startswith(f"pyinfra-docs: {file}:{line}: ")
    assert told in error
