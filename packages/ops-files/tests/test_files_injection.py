"""Every text that an operation or fact takes, fed what a shell would run."""

import subprocess
import typing
from contextlib import suppress
from inspect import signature

import pytest
from pyinfra.api import OperationError
from pyinfra.facts import files as facts
from pyinfra.operations import files
from pyinfra_testkit.deploys import run_deploy

PAYLOADS = [
    "a'\"; touch {0}; $(touch {0}) `touch {0}` #",
    "a\ntouch {0}\n",
    "&& touch {0} || touch {0}",
    "PYINFRAHERE\ntouch {0}\n",
    "a\\\"; touch {0}; \"'\\'; touch {0}; '",
]

BASES: dict[str, dict[str, typing.Any]] = {
    "block": {"path": "{dir}/b", "content": "x"},
    "copy": {"src": "{dir}/f", "dest": "{dir}/d"},
    "directory": {"path": "{dir}/n"},
    "download": {"src": "file:///nothing", "dest": "{dir}/n"},
    "file": {"path": "{dir}/n"},
    "flags": {"path": "{dir}/f", "flags": ["x"]},
    "get": {"src": "{dir}/f", "dest": "{dir}/n"},
    "line": {"path": "{dir}/f", "line": "x"},
    "link": {"path": "{dir}/n", "target": "x"},
    "move": {"src": "{dir}/f", "dest": "{dir}/d"},
    "put": {"src": "{dir}/f", "dest": "{dir}/n"},
    "replace": {"path": "{dir}/f", "text": "x", "replace": "y"},
    "sync": {"src": "{dir}/d", "dest": "{dir}/n"},
    "template": {"src": "{dir}/f", "dest": "{dir}/n"},
    "unarchive": {"src": "{dir}/f.tar", "dest": "{dir}/d"},
}


def texts(function, skipped=()):
    hints = typing.get_type_hints(function)
    for name, parameter in signature(function).parameters.items():
        shown = str(hints.get(name, "str"))
        if (
            "str" in shown
            and parameter.kind is not parameter.VAR_KEYWORD
            and name not in (*skipped, "return")
        ):
            yield name, ("list" if "list[str]" in shown else "dict" if "dict[str" in shown else "str")


def shaped(payload, shape):
    return {"list": [payload], "dict": {payload: payload}}.get(shape, payload)


OPERATIONS = [
    pytest.param(name, parameter, shape, id=f"{name}-{parameter}")
    for name in BASES
    for parameter, shape in texts(getattr(files, name)._inner, ("jinja_env_kwargs",))
]


@pytest.mark.parametrize(("name", "parameter", "shape"), OPERATIONS)
def test_no_operation_runs_its_texts(name, parameter, shape, tmp_path):
    (tmp_path / "d").mkdir()
    for index, payload in enumerate(PAYLOADS):
        (tmp_path / "f").write_text("x\n")
        (tmp_path / "f.tar").write_bytes(b"")
        canary = tmp_path / f"canary{index}"
        base = {
            key: value.format(dir=tmp_path) if isinstance(value, str) else value
            for key, value in BASES[name].items()
        }
        text = payload.format(canary)
        if parameter in ("path", "dest", "src", "target"):
            text = f"{tmp_path}/{text.replace('/', '_')}" if parameter != "target" else text
        base[parameter] = shaped(text, shape)
        with suppress(OperationError):
            run_deploy("@local", lambda base=base: getattr(files, name)(**base))
        assert not list(tmp_path.glob("*/canary*")) + list(tmp_path.glob("canary*"))


FACTS = [
    pytest.param(getattr(facts, name), parameter, shape, id=f"{name}-{parameter}")
    for name in facts.__all__
    if hasattr(getattr(facts, name), "command") and not getattr(facts, name).abstract
    for parameter, shape in texts(getattr(facts, name).command, ("self",))
]


@pytest.mark.parametrize(("fact", "parameter", "shape"), FACTS)
def test_no_fact_runs_its_texts(fact, parameter, shape, tmp_path):
    others = {"path": str(tmp_path), "pattern": "x", "other": str(tmp_path)}
    for index, payload in enumerate(PAYLOADS):
        canary = tmp_path / f"canary{index}"
        needed = {key: value for key, value in others.items() if key in signature(fact.command).parameters}
        given = {**needed, parameter: shaped(payload.format(canary), shape)}
        try:
            command = fact().command(**given)
        except ValueError:
            continue
        for shell in ("sh", "bash"):
            subprocess.run(
                [shell, "-c", command.get_raw_value()],
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        assert not canary.exists()
