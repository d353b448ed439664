"""A host that knows only the facts it is given, to run operations and facts on without any connection.

with on_fake_host({"server.Os": "Linux"}) as host:
    commands = list(files.file._inner(path="/x"))
assert host.noop_description is None
"""

from __future__ import annotations

import inspect
import json
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn, cast

from pyinfra.api import Config, Inventory
from pyinfra.api.arguments import all_argument_meta
from pyinfra.api.util import get_kwargs_str
from pyinfra.context import ctx_config, ctx_host, ctx_inventory, ctx_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyinfra.api.host import Host
    from pyinfra.api.state import State

__all__ = ["FactNotGivenError", "FakeData", "FakeHost", "FakeState", "GivenDict", "key_text", "on_fake_host"]


class FactNotGivenError(AssertionError):
    """Code asked a fake host for a fact that the host was not given."""


def key_text(key: object) -> str:
    """Give the text under which data files hold a mapping's key.

    Args:
        key: A key of any type: a string is itself, an enum its value, a tuple a JSON array, None `null`, a
            bool `true` or `false`, anything else what `str` makes of it.

    Returns:
        The text.
    """
    if isinstance(key, Enum):
        return key_text(key.value)
    if isinstance(key, tuple):
        return json.dumps([each.value if isinstance(each, Enum) else each for each in key], default=str)
    if key is None or isinstance(key, bool):
        return json.dumps(key)
    return str(key)


class GivenDict(dict[Any, Any]):
    """A dict of a given fact: its items read as attributes too, and a key is found by its text."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __missing__(self, key: object) -> Any:
        text = key_text(key)
        if text == key or not dict.__contains__(self, text):
            raise KeyError(key)
        return self[text]

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self, key) or dict.__contains__(self, key_text(key))

    def get(self, key: object, default: Any = None) -> Any:
        """Give the value of a key, or the default."""
        try:
            return self[key]
        except KeyError:
            return default


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        return GivenDict((key, _given(each)) for key, each in value.items())
    if isinstance(value, list):
        return [_given(each) for each in value]
    return value


class FakeData(dict[str, Any]):
    """Host data: items that read as attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the fake host has no data {name!r}") from None


class FakeState:
    """As much of a run as an operation sees of it."""

    cwd = "/"
    in_op = True
    in_deploy = True
    is_executing = False
    print_input = False
    print_output = False

    def __init__(self) -> None:
        self.config = Config()
        self.inventory = Inventory(([], {}))


class FakeHost:
    """A host with given facts and data, and no connection.

    Attributes:
        noop_description: What the last `host.noop(...)` said, None where there was none.
    """

    name = "fake"
    groups: tuple[str, ...] = ()
    connected = True
    print_prefix = ""
    in_op = True
    in_deploy = True
    in_callback_op = False
    current_op_hash = None
    current_op_global_arguments = None
    current_deploy_name = None
    current_deploy_kwargs = None
    current_deploy_data = None
    executing_op_hash = None

    def __init__(self, facts: Mapping[str, Any] | None = None, data: Mapping[str, Any] | None = None) -> None:
        """Make a host.

        Args:
            facts: The value of each fact by its public name, such as `server.Os`. Facts that take arguments
                have a mapping from these, written `path=/x` (several: `a=1, b=2`, sorted, with those left at
                their default), to the value.
            data: The host's data.
        """
        self.state = FakeState()
        self.data = FakeData(data or {})
        self.connector_data: dict[str, Any] = {}
        self.noop_description: str | None = None
        self._facts = dict(facts or {})

    def noop(self, description: str) -> None:
        """Note why an operation changes nothing."""
        self.noop_description = description

    def get_temp_filename(self, *_args: Any, **_kwargs: Any) -> str:
        """Give the name that temporary files have on fake hosts: `_tempfile_`."""
        return "_tempfile_"

    def get_temp_dir_config(self, *_args: Any, **_kwargs: Any) -> str:
        """Give the folder that temporary files have on fake hosts: `_tempdir_`."""
        return "_tempdir_"

    def get_file(self, *_args: Any, **_kwargs: Any) -> bool:
        """Pretend to fetch a file."""
        return True

    def get_fact(self, fact: Any, *args: Any, **kwargs: Any) -> Any:
        """Give a fact's value.

        Args:
            fact: The fact's class, or its public name.
            args: The fact's arguments.
            kwargs: The fact's arguments by name; global arguments (`_sudo`) are ignored.

        Returns:
            The given value; dicts in it are `GivenDict`.

        Raises:
            FactNotGivenError: The host was not given this fact, or not for these arguments.
        """
        name = fact if isinstance(fact, str) else fact.name
        if name not in self._facts:
            _not_given(f"the fact {name}", self._facts)
        value = self._facts[name]
        own = {key: each for key, each in kwargs.items() if key not in all_argument_meta}
        if args or own:
            text = get_kwargs_str(own if isinstance(fact, str) else _arguments(fact, args, own))
            if not isinstance(value, dict) or text not in value:
                _not_given(f"the fact {name} for `{text}`", value if isinstance(value, dict) else {})
            value = value[text]
        return _given(value)


def _arguments(fact: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    base = getattr(fact, "fact", fact)
    bound = inspect.signature(base().command).bind(*args, **kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def _not_given(wanted: str, given: Mapping[str, Any]) -> NoReturn:
    listed = ", ".join(f"`{each}`" for each in given) or "none"
    raise FactNotGivenError(f"{wanted} is asked for, but not given; given: {listed}")


@contextmanager
def on_fake_host(
    facts: Mapping[str, Any] | None = None, data: Mapping[str, Any] | None = None
) -> Iterator[FakeHost]:
    """Let `pyinfra.host` and its kin be a fake host's for the length of a `with`.

    Args:
        facts: The host's facts, as `FakeHost` takes them.
        data: The host's data.

    Yields:
        The host.
    """
    host = FakeHost(facts, data)
    with (
        ctx_state.use(cast("State", host.state)),
        ctx_config.use(host.state.config),
        ctx_inventory.use(host.state.inventory),
        ctx_host.use(cast("Host", host)),
    ):
        yield host
