"""Deploy files: Python files that are run once for each host."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyinfra.api.exceptions import DeployError, PyinfraError

if TYPE_CHECKING:
    from types import CodeType

    from pyinfra.api.state import State


@lru_cache(maxsize=256)
def _compiled(path: str, modified: float) -> CodeType:  # noqa: ARG001 - part of the cache's key
    return compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)


def compile_file(filename: str) -> CodeType:
    """Compile a deploy file; compiled once a run, however many hosts there are.

    Args:
        filename: its path.

    Returns:
        The code.

    Raises:
        DeployError: it can't be read, or is no Python; says where.
    """
    try:
        return _compiled(filename, Path(filename).stat().st_mtime)
    except OSError as error:
        raise DeployError(f"{filename}: {error.strerror}") from error
    except SyntaxError as error:
        raise DeployError(f"{error.filename}:{error.lineno}: {error.msg}") from error
    except ValueError as error:
        raise DeployError(f"{filename}: {error}") from error


def run_file(state: State, filename: str, data: dict[str, Any] | None = None) -> None:
    """Run a deploy file for the host at hand.

    Args:
        state: the run.
        filename: its path.
        data: names to set in it.

    Raises:
        DeployError: it raised; says where in it.
    """
    code = compile_file(filename)
    outer = state.current_exec_filename
    state.current_exec_filename = filename
    try:
        exec(code, {"__name__": "pyinfra_deploy", "__file__": filename, **(data or {})})  # noqa: S102 - deploy code
    except PyinfraError as error:
        locate(error)
        raise
    except Exception as error:
        raise _as_deploy_error(error) from error
    finally:
        state.current_exec_filename = outer


def locate(error: BaseException) -> BaseException:
    """Note on an error where in users' code it was raised, if that is not known yet."""
    if getattr(error, "pyinfra_location", None) is None and (place := _place(error)) is not None:
        error.pyinfra_location = place  # type: ignore[attr-defined]
    return error


def _as_deploy_error(error: Exception) -> DeployError:
    if isinstance(error, SyntaxError):
        made = DeployError(f"{error.filename}:{error.lineno}: {error.msg}")
        made.pyinfra_location = None
        return made
    made = DeployError(_told(error))
    made.pyinfra_location = getattr(error, "pyinfra_location", None) or _place(error)
    return made


def _told(error: Exception) -> str:
    """Say what was raised, and by which plugin where the import of one did not come to its end."""
    plugin = getattr(error, "pyinfra_plugin", None)
    if plugin is None:
        return f"{type(error).__name__}: {error}"
    from pyinfra.plugins._registry import not_loaded

    return not_loaded(plugin, error)


def _place(error: BaseException) -> tuple[str, int] | None:
    """The innermost frame of users' code: below it, only libraries are at work."""
    libraries = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]))
    found = None
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        module = trace.tb_frame.f_globals.get("__name__") or ""
        ours = f"{module}.".startswith(("pyinfra.", "pyinfra_cli."))
        if not ours and not name.startswith((*libraries, "<")):
            found = (name, trace.tb_lineno)
        trace = trace.tb_next
    return found
