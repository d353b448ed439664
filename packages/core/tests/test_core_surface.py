"""The public surface of pyinfra 3: nothing of it is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
REFERENCE = Path(os.environ.get("PYINFRA_REFERENCE_DIR") or REPOSITORY / "../shared/reference")

# Operations of installed modules that need plugins which are not part of this repository yet.
NOT_YET = {"server.packages"}

# Beyond `pyinfra.api`: what published code imports of core.
NAMES = {
    "pyinfra": ["config", "host", "inventory", "is_cli", "local", "logger", "state"],
    "pyinfra.api.arguments": ["CONNECTOR_ARGUMENT_KEYS", "ConnectorArguments", "all_argument_meta"],
    "pyinfra.api.command": ["make_formatted_string_command"],
    "pyinfra.api.config": ["config_defaults"],
    "pyinfra.api.connect": ["connect_all", "disconnect_all"],
    "pyinfra.api.deploy": ["add_deploy", "deploy"],
    "pyinfra.api.exceptions": [
        "ConnectError",
        "DeployError",
        "FactProcessError",
        "InventoryError",
        "OperationValueError",
        "PyinfraError",
    ],
    "pyinfra.api.facts": ["get_fact", "get_facts"],
    "pyinfra.api.operation": ["OperationMeta", "add_op", "operation"],
    "pyinfra.api.operations": ["run_ops"],
    "pyinfra.api.state": ["BaseStateCallback", "State", "StateStage"],
    "pyinfra.api.util": ["get_file_io", "get_kwargs_str", "make_hash", "memoize"],
    "pyinfra.connectors.base": ["BaseConnector", "ConnectorData", "DataMeta"],
    "pyinfra.connectors.local": ["LocalConnector"],
    "pyinfra.connectors.util": [
        "CommandOutput",
        "OutputLine",
        "extract_control_arguments",
        "make_unix_command_for_host",
        "run_local_process",
    ],
    "pyinfra.context": ["ctx_host", "ctx_state", "host", "state"],
    "pyinfra.operations.util": ["any_changed"],
    "pyinfra.operations.util.docker": ["parse_image_reference"],
    "pyinfra.operations.util.files": ["get_timestamp", "unix_path_join"],
    "pyinfra.operations.util.packaging": ["ensure_packages"],
    "pyinfra.progress": ["progress_spinner"],
    "pyinfra_cli": ["exceptions"],
    "pyinfra_cli.__main__": ["main"],
    "pyinfra_cli.cli": ["cli"],
    "pyinfra_cli.inventory": ["ALLOWED_DATA_TYPES"],
    "pyinfra_cli.log": ["setup_logging"],
    "pyinfra_cli.main": ["cli", "main"],
    "pyinfra_cli.prints": ["print_meta", "print_results"],
    "pyinfra_cli.util": ["json_encode"],
}
ON_A_HOST = (
    "connect", "connector", "connector_data", "data", "disconnect", "get_fact", "get_file", "get_temp_filename",
    "groups", "noop", "print_prefix", "put_file", "reload_data", "run_shell_command",
)  # fmt: skip
ON_THE_STATE = (
    "active_hosts", "add_callback_handler", "callback_handlers", "current_stage", "cwd", "failed_hosts",
    "get_op_data_for_host", "get_op_meta", "get_op_order", "op_meta", "ops", "print_output", "results", "set_stage",
)  # fmt: skip


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, names in NAMES.items() for name in names]
)
def test_names_that_published_code_imports(module, name):
    done: dict[str, object] = {}
    exec(f"from {module} import {name} as found", done)
    assert done["found"] is not None


def test_what_published_code_asks_of_hosts_and_the_state():
    from pyinfra.api import Config, Inventory, State

    state = State(Inventory((["@local"], {})), Config())
    host = next(iter(state.inventory))
    assert [name for name in ON_A_HOST if not hasattr(host, name)] == []
    assert [name for name in ON_THE_STATE if not hasattr(state, name)] == []


def test_the_api_is_what_it_lists():
    import pyinfra.api

    assert set(pyinfra.api.__all__) == {
        name
        for name, value in vars(pyinfra.api).items()
        if not name.startswith("_") and type(value).__name__ != "module"
    }


@pytest.fixture(scope="module")
def surfaces():
    script, wanted = REFERENCE / "surface.py", REFERENCE / "surface.json"
    if not (script.exists() and wanted.exists()):
        pytest.skip(
            f"there is no reference surface in {REFERENCE} (PYINFRA_REFERENCE_DIR names another place)"
        )
    told = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    return json.loads(wanted.read_text()), json.loads(told.stdout)


class TestReference:
    @pytest.mark.parametrize("kind", ["api", "global_arguments", "config"])
    def test_no_name_is_missing(self, surfaces, kind):
        wanted, ours = surfaces
        assert sorted(set(wanted[kind]) - set(ours[kind])) == []

    def test_no_option_of_the_command_line_is_missing(self, surfaces):
        wanted, ours = (
            {flag for option in side["cli_options"] for flag in option["flags"]} for side in surfaces
        )
        assert sorted(wanted - ours) == []

    def test_config_defaults_are_alike(self, surfaces):
        wanted, ours = surfaces
        differ = {
            key: (value, ours["config"][key])
            for key, value in wanted["config"].items()
            if value != ours["config"][key]
        }
        assert differ == {}

    @pytest.mark.parametrize(("kind", "part"), [("operations", "parameters"), ("facts", "arguments")])
    def test_operations_and_facts_of_installed_modules_are_alike(self, surfaces, kind, part):
        wanted, ours = surfaces
        wrong: list[str] = []
        missing: list[str] = []
        for module in set(wanted[kind]) & set(ours[kind]):
            for name, one in wanted[kind][module].items():
                have = ours[kind][module].get(name)
                if have is None:
                    missing.append(f"{module}.{name}")
                    continue
                was, now = (
                    [(each["name"], each.get("default")) for each in side.get(part, [])]
                    for side in (one, have)
                )
                if was != now[: len(was)]:
                    wrong.append(f"{module}.{name}: {was} is {now}")
        assert (wrong, sorted(set(missing) - NOT_YET)) == ([], [])
