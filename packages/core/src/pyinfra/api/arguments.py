"""The global arguments that every operation, and most of them every fact, takes.

The TypedDicts below are the one list of them: each key's annotation holds its type, and an `ArgumentMeta` with
its description, its default and what is checked. Everything else is made from that.
"""

import difflib
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar, cast, get_args, get_type_hints

from typing_extensions import TypedDict

from .config import Config
from .exceptions import ArgumentTypeError
from .hiddenvalue import HiddenValue, remember_secret

if TYPE_CHECKING:
    from .host import Host
    from .state import State

T = TypeVar("T")

EnvValue = str | HiddenValue


class ArgumentMeta(Generic[T]):
    """What is known of one global argument.

    Args:
        description: one sentence for the documentation.
        default: the value where nobody gave one, from the config.
        handler: turns the value given into the one used; raises ArgumentTypeError for one it can't take.
        types: what a value must be an instance of; None is always allowed.
    """

    def __init__(
        self,
        description: str,
        default: Callable[[Config], T],
        handler: "Callable[[Config, Any], T] | None" = None,
        types: tuple[type, ...] = (object,),
    ) -> None:
        self.description = description
        self.default = default
        self.handler = handler
        self.types = types


def generate_env(config: Config, value: "Mapping[str, EnvValue] | None") -> dict[str, EnvValue]:
    """Give the environment of a command: what INHERIT_ENV names of ours, and above it what the caller set.

    Args:
        config: the run's configuration.
        value: names and values; None for none.

    Returns:
        The whole of it, `str` (or `HiddenValue`) by name.
    """
    env: dict[str, EnvValue] = {name: os.environ[name] for name in config.INHERIT_ENV if name in os.environ}
    for name, content in (value or {}).items():
        env[name] = content if isinstance(content, HiddenValue | str) else str(content)
    return env


def _conditions(config: Config, value: object) -> list[Callable[[], bool]]:  # noqa: ARG001 - a handler
    conditions = [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
    for condition in conditions:
        if not callable(condition):
            raise ArgumentTypeError(
                f"_if must be a function or a list of functions, not {condition!r} "
                "(write _if=result.did_change or _if=lambda: …)"
            )
    return cast("list[Callable[[], bool]]", conditions)


def _exit_codes(config: Config, value: object) -> list[int]:  # noqa: ARG001 - a handler
    codes = (
        [value]
        if isinstance(value, int)
        else list(cast("Iterable[int]", value if value is not None else [0]))
    )
    if not all(isinstance(code, int) for code in codes):
        raise ArgumentTypeError(f"_success_exit_codes must be numbers, not {value!r}")
    return codes


def _secret(config: Config, value: "str | None") -> "str | None":  # noqa: ARG001 - a handler
    remember_secret(value)
    return value.raw_value if isinstance(value, HiddenValue) else value


_BOOL = (bool,)
_STR = (str,)


class ConnectorArguments(TypedDict, total=False):
    """How a command runs on a host."""

    _sudo: Annotated[bool, ArgumentMeta("Run as another user with sudo.", lambda c: c.SUDO, types=_BOOL)]
    _sudo_user: Annotated[
        str, ArgumentMeta("The user to become with sudo.", lambda c: c.SUDO_USER, types=_STR)
    ]
    _use_sudo_login: Annotated[
        bool, ArgumentMeta("Have sudo start a login shell.", lambda c: c.USE_SUDO_LOGIN, types=_BOOL)
    ]
    _sudo_password: Annotated[
        str,
        ArgumentMeta(
            "The password that sudo asks for.", lambda c: c.SUDO_PASSWORD, _secret, (str, HiddenValue)
        ),
    ]
    _preserve_sudo_env: Annotated[
        bool, ArgumentMeta("Keep the environment through sudo.", lambda c: c.PRESERVE_SUDO_ENV, types=_BOOL)
    ]
    _su_user: Annotated[str, ArgumentMeta("The user to become with su.", lambda c: c.SU_USER, types=_STR)]
    _use_su_login: Annotated[
        bool, ArgumentMeta("Have su start a login shell.", lambda c: c.USE_SU_LOGIN, types=_BOOL)
    ]
    _preserve_su_env: Annotated[
        bool, ArgumentMeta("Keep the environment through su.", lambda c: c.PRESERVE_SU_ENV, types=_BOOL)
    ]
    _su_shell: Annotated[
        str, ArgumentMeta("The shell that su starts.", lambda c: c.SU_SHELL, types=(str, bool))
    ]
    _su_password: Annotated[
        str,
        ArgumentMeta("The password that su asks for.", lambda c: c.SU_PASSWORD, _secret, (str, HiddenValue)),
    ]
    _doas: Annotated[bool, ArgumentMeta("Run as another user with doas.", lambda c: c.DOAS, types=_BOOL)]
    _doas_user: Annotated[
        str, ArgumentMeta("The user to become with doas.", lambda c: c.DOAS_USER, types=_STR)
    ]
    _dzdo: Annotated[bool, ArgumentMeta("Run as another user with dzdo.", lambda c: c.DZDO, types=_BOOL)]
    _dzdo_user: Annotated[
        str, ArgumentMeta("The user to become with dzdo.", lambda c: c.DZDO_USER, types=_STR)
    ]
    _shell_executable: Annotated[
        str, ArgumentMeta("The shell that runs commands.", lambda c: c.SHELL, types=_STR)
    ]
    _chdir: Annotated[str, ArgumentMeta("The folder to run in.", lambda c: None, types=_STR)]
    _env: Annotated[
        Mapping[str, EnvValue],
        ArgumentMeta("Environment variables to set.", lambda c: {}, generate_env, (Mapping,)),
    ]
    _success_exit_codes: Annotated[
        Iterable[int],
        ArgumentMeta("Exit codes that mean success.", lambda c: [0], _exit_codes, (int, Iterable)),
    ]
    _timeout: Annotated[
        int,
        ArgumentMeta("Seconds after which a command has failed.", lambda c: None, types=(int, float)),
    ]
    _get_pty: Annotated[bool, ArgumentMeta("Run on a pseudo-terminal.", lambda c: False, types=_BOOL)]
    _stdin: Annotated[
        str | list[str] | Iterable[str],
        ArgumentMeta("What commands read on stdin: a text or lines.", lambda c: None),
    ]
    _retries: Annotated[
        int, ArgumentMeta("How often a failed operation is tried again.", lambda c: c.RETRY, types=(int,))
    ]
    _retry_delay: Annotated[
        int | float,
        ArgumentMeta("Seconds between the tries.", lambda c: c.RETRY_DELAY, types=(int, float)),
    ]
    _retry_until: Annotated[
        Callable[[dict[str, Any]], bool],
        ArgumentMeta(
            "Tried again as long as this function, given the last try's output, returns True.",
            lambda c: None,
            types=(Callable,),
        ),
    ]
    _temp_dir: Annotated[
        str, ArgumentMeta("The folder for temporary files on the host.", lambda c: c.TEMP_DIR, types=_STR)
    ]


class MetaArguments(TypedDict, total=False):
    """What an operation is called and when it runs."""

    name: Annotated[str, ArgumentMeta("The operation's name in output.", lambda c: None, types=_STR)]
    _ignore_errors: Annotated[
        bool,
        ArgumentMeta("A failure does not fail the host.", lambda c: c.IGNORE_ERRORS, types=_BOOL),
    ]
    _continue_on_error: Annotated[
        bool,
        ArgumentMeta(
            "With _ignore_errors: run the operation's other commands after one failed.",
            lambda c: False,
            types=_BOOL,
        ),
    ]
    _if: Annotated[
        list[Callable[[], bool]] | Callable[[], bool] | None,
        ArgumentMeta(
            "Run only where these functions, asked just before, all return True.", lambda c: [], _conditions
        ),
    ]


class ExecutionArguments(TypedDict, total=False):
    """How an operation runs over the hosts; the same for all of them."""

    _parallel: Annotated[int, ArgumentMeta("Hosts to run it on at once.", lambda c: c.PARALLEL, types=(int,))]
    _run_once: Annotated[bool, ArgumentMeta("Run it on the first host only.", lambda c: False, types=_BOOL)]
    _serial: Annotated[bool, ArgumentMeta("Run it host by host.", lambda c: False, types=_BOOL)]


class AllArguments(ConnectorArguments, MetaArguments, ExecutionArguments, total=False):
    """All global arguments."""


def _meta_of(arguments: type) -> dict[str, ArgumentMeta[Any]]:
    hints = get_type_hints(arguments, include_extras=True)
    return {name: get_args(hint)[-1] for name, hint in hints.items()}


_connector_meta = _meta_of(ConnectorArguments)
meta_argument_meta = _meta_of(MetaArguments)
execution_argument_meta = _meta_of(ExecutionArguments)
all_argument_meta: dict[str, ArgumentMeta[Any]] = {
    **_connector_meta,
    **meta_argument_meta,
    **execution_argument_meta,
}

CONNECTOR_ARGUMENT_KEYS: list[str] = list(_connector_meta)
EXECUTION_KWARG_KEYS: list[str] = list(execution_argument_meta)
# A host's `name` is its own affair, and so is an operation's.
_INHERITED = all_argument_meta.keys() - {"name"}
# Their defaults are the caller's to change, or hang on more than the config.
_MADE_ANEW = ("_env", "_success_exit_codes", "_if")
# The values of the config that was last asked for its defaults, which a change of it replaces, and those.
_known_defaults: tuple[dict[str, Any], dict[str, Any]] = ({}, {})


def all_global_arguments() -> list[tuple[str, type]]:
    """Give the name and type of every global argument."""
    return list(get_type_hints(AllArguments).items())


def pop_global_arguments(
    state: "State", host: "Host", kwargs: dict[str, Any]
) -> tuple[AllArguments, list[str]]:
    """Take the global arguments out of a call's keyword arguments.

    What the call does not give comes from the deploy it stands in, then from the host's data, then from the config.

    Args:
        state: the run.
        host: the host that the call is for.
        kwargs: the call's keyword arguments; global ones are removed.

    Returns:
        All global arguments, and the keys that the call itself gave.

    Raises:
        ArgumentTypeError: a value has the wrong type, or an argument is unknown.
    """
    config = state.current_config
    values = host.data.among(_INHERITED)
    inherited: Mapping[str, Any] = host.current_deploy_kwargs or {}
    values.update({key: inherited[key] for key in inherited.keys() & _INHERITED})
    given = [key for key in all_argument_meta if key in kwargs]
    values.update({key: kwargs.pop(key) for key in given})
    found = _defaults(config)
    for key, value in values.items():
        found[key] = _checked(key, value, all_argument_meta[key], config)
    return cast("AllArguments", found), given


def _defaults(config: Config) -> dict[str, Any]:
    """Give all global arguments as they are where nobody gave any."""
    global _known_defaults  # noqa: PLW0603 - remembers one answer
    values = vars(config)
    if _known_defaults[0] is not values:
        _known_defaults = (values, {key: _default(key, config) for key in all_argument_meta})
    made_anew = {key: _default(key, config) for key in _MADE_ANEW}
    return {**_known_defaults[1], **made_anew}


def _default(key: str, config: Config) -> Any:
    meta = all_argument_meta[key]
    return _checked(key, meta.default(config), meta, config)


def _checked(key: str, value: Any, meta: ArgumentMeta[Any], config: Config) -> Any:
    if value is not None and not isinstance(value, meta.types):
        wanted = " or ".join(kind.__name__ for kind in meta.types)
        # A password of the wrong type is a password still.
        given = f"a {type(value).__name__}" if key.endswith("password") else repr(value)
        raise ArgumentTypeError(f"{key} must be {wanted}, not {given}")
    return meta.handler(config, value) if meta.handler is not None else value


def refuse_unknown_arguments(kwargs: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    """Refuse keyword arguments that look global and are not.

    Args:
        kwargs: what is left of a call's keyword arguments.
        known: the names of the callee's own parameters.
        what: the callee's name, for the message.

    Raises:
        ArgumentTypeError: names the first unknown argument and the nearest known one.
    """
    own = set(known)
    for key in kwargs:
        if key.startswith("_") and key not in own:
            near = difflib.get_close_matches(key, all_argument_meta, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ArgumentTypeError(f"{what}: unknown global argument {key}{hint}")
