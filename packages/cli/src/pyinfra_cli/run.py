"""The stages of a run, from the command line's words to its exit code."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyinfra.api import State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.exceptions import InventoryError, NoConnectorError, PyinfraError, RunFailedError
from pyinfra.api.operations import exec_command, run_ops
from pyinfra.api.state import StateStage
from pyinfra.context import ctx_config, ctx_inventory, ctx_state

from . import prints
from .commands import Work, read_work
from .exceptions import CliError, WrappedError
from .extensions import Reports, ask_secret_sources
from .following import follow
from .inventory import limit_hosts, make_inventory
from .log import screen, setup_logging
from .settings import Options, make_config, override_data, prompt
from .util import remember_secrets, user_place

if TYPE_CHECKING:
    from pyinfra.api import Inventory
    from pyinfra.api.state import AwaitedResult


def run(inventory_name: str, words: Sequence[str], options: Options) -> int:
    """Do what the command line asks for.

    Args:
        inventory_name: the inventory.
        words: what stands behind it.
        options: the options.

    Returns:
        The exit code.
    """
    _set_up_output(options)
    if not options.as_json:
        return _run(inventory_name, words, options)
    screen.stdout = sys.stdout
    try:
        # whatever deploy code prints must not stand among the JSON
        with contextlib.redirect_stdout(sys.stderr):
            return _run(inventory_name, words, options)
    finally:
        screen.stdout = None


def _run(inventory_name: str, words: Sequence[str], options: Options) -> int:
    if options.chdir:
        _change_folder(options.chdir)
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as Python itself puts it there
    work = read_work(words)
    reports = Reports(options.report)
    _heading("Loading config...")
    config = make_config(options)
    _heading("Loading inventory...")
    inventory = _load_inventory(inventory_name, options)
    for host in inventory:
        remember_secrets(host.data.dict())
    limit = limit_hosts(inventory, options.limit, options.exclude)
    if not len(inventory):
        raise CliError(f"the inventory {inventory_name} has no hosts")
    if work.kind == "debug-inventory":
        prints.print_inventory(inventory if limit is None else limit, as_json=options.as_json)
        return 0
    state = State(inventory, config, check_for_changes=not options.yes, initial_limit=limit)
    try:
        with _hints(state, inventory_name, words, work):
            return _run_state(state, inventory, work, options)
    finally:
        reports.write(state)


def _hints(
    state: State, inventory_name: str, words: Sequence[str], work: Work
) -> contextlib.AbstractContextManager[None]:
    if work.kind not in ("files", "operation") or not (state.config.HINTS and state.config.BATCH):
        return contextlib.nullcontext()
    from .hints import file_of, kept

    file = file_of(inventory_name, words)
    return kept(state, file) if file is not None else contextlib.nullcontext()


def _run_state(state: State, inventory: Inventory, work: Work, options: Options) -> int:
    ctx_state.set(state)
    ctx_inventory.set(inventory)
    ctx_config.set(state.config)
    _set_verbosity(state, options, work)
    _follow(state, options, work)
    try:
        ask_secret_sources(host for host in inventory if state.is_host_in_limit(host))
        _ask_sudo_passwords(state, options)
        return _STEPS[work.kind](state, work, options)
    except KeyboardInterrupt:
        state.engine.abandon()
        raise
    finally:
        if any(host.connected for host in inventory):
            _heading("Disconnecting from hosts...")
            disconnect_all(state)
        for context in (ctx_state, ctx_inventory, ctx_config):
            context.reset()


def _set_up_output(options: Options) -> None:
    screen.quiet = options.as_json
    level = logging.DEBUG if options.debug or options.debug_all else logging.INFO
    setup_logging(level, logging.DEBUG if options.debug_all else None)


def _heading(text: str) -> None:
    screen.line(f"--> {text}")


def _load_inventory(name: str, options: Options) -> Inventory:
    data = override_data(options)
    try:
        return make_inventory(name, data, options.group_data)
    except (InventoryError, NoConnectorError) as error:
        where = f"inventory {name}: " if Path(name).is_file() else ""
        raise CliError(f"{where}{error}") from error
    except Exception as error:
        place = user_place(error)
        if isinstance(error, PyinfraError) or place is None:
            raise
        raise WrappedError(f"inventory {place[0]}:{place[1]}: {type(error).__name__}: {error}") from error


def _change_folder(folder: str) -> None:
    try:
        os.chdir(folder)
    except OSError as error:
        raise CliError(f"--chdir {folder}: {error.strerror}") from error


def _ask_sudo_passwords(state: State, options: Options) -> None:
    if options.same_sudo_password:
        state.config.SUDO_PASSWORD = prompt("sudo password of all hosts")
    elif options.use_sudo_password:
        for host in state.inventory:
            if state.is_host_in_limit(host) and not host.data.get("_sudo_password"):
                host.data._sudo_password = prompt(f"sudo password of {host.name}")


def _set_verbosity(state: State, options: Options, work: Work) -> None:
    state.print_fact_info = options.verbosity > 0
    state.print_input = state.print_fact_input = options.verbosity > 1
    state.print_output = options.verbosity > 2 or work.kind == "exec"  # noqa: PLR2004 - as -vvv is documented
    state.print_fact_output = options.verbosity > 2  # noqa: PLR2004 - as -vvv is documented
    if options.as_json:
        state.print_output = state.print_fact_output = False


def _follow(state: State, options: Options, work: Work) -> None:
    from pyinfra.plugins import registry
    from pyinfra.plugins.hooks import installed_hooks

    if registry.names("plugins"):
        state.engine.events.listen_to_hooks(installed_hooks())
    follow(state, options.verbosity, quiet=options.as_json, one_command=work.kind == "exec")


def _connect(state: State) -> None:
    _heading("Connecting to hosts...")
    state.set_stage(StateStage.Connect)
    connect_all(state)


def _prepare(state: State, code: Callable[[], Any], options: Options) -> None:
    state.set_stage(StateStage.Prepare)
    state.decide_awaited = lambda awaited: _run_awaited(state, awaited, options)
    try:
        code()
    except Exception:
        if options.debug:
            logging.getLogger("pyinfra").debug("prepare failed", exc_info=True)
        raise


def _run_awaited(state: State, awaited: list[AwaitedResult], options: Options) -> bool:
    """Decide what becomes of deploy code that waits for results: True has the operations up to them run."""
    if options.dry or options.debug_operations or options.debug_facts:
        prints.print_awaited(awaited, answered=True)
        return False
    if not options.yes:
        prints.print_meta(state, options.verbosity)
        prints.print_awaited(awaited, answered=False)
        _confirm(state, options)
    return True


def _run_files(state: State, work: Work, options: Options) -> int:
    from pyinfra.api.deploy import add_deploy_file

    def code() -> None:
        for number, filename in enumerate(work.files):
            screen.line(f"    Loading: {filename}")
            add_deploy_file(state, filename, number)

    return _run_operations(state, code, options)


def _run_operation(state: State, work: Work, options: Options) -> int:
    from pyinfra.api.operation import add_op

    operation = work.operation
    assert operation is not None
    return _run_operations(state, lambda: add_op(state, operation, *work.args, **work.kwargs), options)


def _run_operations(state: State, code: Callable[[], Any], options: Options) -> int:
    try:
        _connect(state)
        _heading("Proposing operations...")
        _prepare(state, code, options)
        if options.debug_operations:
            prints.print_operations(state)
            return 0
        if options.debug_facts:
            prints.print_facts_asked(state)
            return 0
        if options.dry or not options.yes:
            prints.print_meta(state, options.verbosity)
        if options.dry:
            return _finish_dry(state, options)
        _confirm(state, options)
        _heading("Beginning operation run...")
        run_ops(state, serial=options.serial, no_wait=options.no_wait)
    except RunFailedError as error:
        prints.print_results(state, stopped=str(error))
        return 1
    prints.print_results(state)
    return 1 if prints.has_failed(state) else 0


def _finish_dry(state: State, options: Options) -> int:
    if options.as_json:
        from .report import preview

        prints.print_json(preview(state))
    return 1 if prints.has_failed(state) else 0


def _confirm(state: State, options: Options) -> None:
    if options.yes or not prints.would_change(state):
        return
    if not sys.stdin.isatty() or options.as_json:
        raise CliError("something would change, and there is no terminal to ask: give --yes to go ahead")
    import click

    if not click.confirm("    Apply these changes?", default=True):
        raise CliError("not applied")
    state.engine.new_generation()


def _run_exec(state: State, work: Work, options: Options) -> int:
    from pyinfra.api.operation import add_op

    command = " ".join(work.command)
    try:
        _connect(state)
        _prepare(state, lambda: add_op(state, exec_command, command), options)
        _heading("Beginning operation run...")
        run_ops(state, serial=options.serial, no_wait=options.no_wait)
    except RunFailedError as error:
        prints.print_results(state, stopped=str(error), brief=True)
        return 1
    prints.print_results(state, brief=True)
    return 1 if prints.has_failed(state) else 0


def _run_facts(state: State, work: Work, options: Options) -> int:
    from pyinfra.api.facts import get_facts

    found: dict[str, dict[str, Any]] = {}
    try:
        _connect(state)
        _heading("Gathering facts...")
        state.set_stage(StateStage.Prepare)
        for call in work.facts:
            values = get_facts(state, call.cls, call.args, call.kwargs)
            found[call.title] = {host.name: value for host, value in values.items()}
    except RunFailedError as error:
        screen.line(f"    {error}", err=True)
    prints.print_facts(found, as_json=options.as_json)
    return 1 if state.failed_hosts else 0


_STEPS: dict[str, Callable[[State, Work, Options], int]] = {
    "files": _run_files,
    "operation": _run_operation,
    "exec": _run_exec,
    "facts": _run_facts,
}
