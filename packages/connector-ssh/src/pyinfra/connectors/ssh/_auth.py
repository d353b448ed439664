"""Logging in: which keys and passwords are tried, and in which order."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paramiko import AgentKey, AuthenticationException, PKey, SSHException
from pyinfra.api.exceptions import ConnectError

from ._agent import agent_keys, agent_path
from ._errors import TransientConnectError, one_line
from ._keys import KeyFileError, PassphraseNeededError, attach_certificate, load_key, public_key_of

if TYPE_CHECKING:
    from ._target import Target
    from ._transport import HostTransport

# Fewer are not why a server hangs up.
_MANY_TRIES = 2
_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")


@dataclass
class _Attempt:
    """One try.

    Attributes:
        method: the login method's name in the protocol.
        what: what is tried, for an error.
        run: tries it; gives the methods that must follow, none where that was enough.
    """

    method: str
    what: str
    run: Callable[[], list[str]]


class Login:
    """A login to one host.

    The user's own keys are read at once, so that a missing file is told before anything is sent. The order is the
    one that ends soonest: each try costs a round trip, and servers allow few. What was named for the host comes
    first (`ssh_key`, else `ssh_password`, then ssh_config's IdentityFile), then the agent's keys and those in `~/.ssh`.

    Args:
        target: the host.

    Raises:
        ConnectError: a key that the user named can't be used.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._settings = target.settings
        self._notes: list[str] = []
        self._tried: list[str] = []
        self._seen: set[bytes] = set()
        self._allowed: list[str] | None = None
        self._partly = False
        self._own: list[tuple[str, PKey]] = [("the given key", key) for key in self._settings.keys]
        self._from_agent: list[tuple[Path, bytes]] = []
        for path in self._settings.key_files:
            self._load_own(path)

    def perform(self, transport: HostTransport) -> None:
        """Log in.

        Args:
            transport: the connection, whose host is known to be the right one.

        Raises:
            ConnectError: nothing was accepted.
        """
        transport.auth_timeout = self._settings.options.get("auth_timeout") or max(self._target.timeout, 30)
        strategy = self._settings.options.get("auth_strategy")
        if strategy is not None:
            self._by_strategy(transport, strategy)
            return
        agent = agent_path(self._target.options) if self._settings.allow_agent else None
        with agent_keys(agent) as keys:
            for attempt in self._attempts(transport, keys):
                if self._allowed is not None and attempt.method not in self._allowed:
                    continue
                if self._try(transport, attempt):
                    return
        raise self._refused()

    def _load_own(self, path: Path) -> None:
        try:
            self._own.append((str(path), load_key(path, self._settings.passphrase)))
        except PassphraseNeededError as error:
            public = public_key_of(path) if self._settings.allow_agent else None
            if public is None:
                raise self._error(str(error)) from error
            # The agent may hold it, decrypted.
            self._from_agent.append((path, public))
            self._notes.append(str(error))
        except KeyFileError as error:
            raise self._error(str(error)) from error

    def _error(self, text: str) -> ConnectError:
        return ConnectError(f"login to {self._target.address} failed: {text}")

    # -- what is tried, in order ------------------------------------------------------------

    def _attempts(self, transport: HostTransport, agent: list[AgentKey]) -> Iterator[_Attempt]:
        held = {key.asbytes(): key for key in agent}
        own = list(self._own)
        for path, public in self._from_agent:
            if public in held:
                own.append((f"{path} (by the agent)", held[public]))
            else:
                raise self._error(self._notes[0])
        yield from self._by_keys(transport, own)
        if not own:
            yield from self._by_password(transport)
        yield from self._by_keys(transport, self._configured(held))
        if not self._target.options.flag("identitiesonly"):
            named = ((f"the agent's {key.get_name()} {key.comment}".strip(), key) for key in agent)
            yield from self._by_keys(transport, named)
        if self._settings.look_for_keys and not self._target.options.lists.get("identityfile"):
            yield from self._by_keys(transport, self._files(held, _default_files()))
        if own:
            yield from self._by_password(transport)
        if not self._tried:
            yield _Attempt("none", "no key", lambda: transport.auth_none(self._target.user))

    def _by_keys(self, transport: HostTransport, keys: Iterable[tuple[str, PKey]]) -> Iterator[_Attempt]:
        for what, key in keys:
            certificate = getattr(key, "public_blob", None)
            blob = certificate.key_blob if certificate is not None else key.asbytes()
            if blob not in self._seen:
                self._seen.add(blob)
                run = functools.partial(transport.auth_publickey, self._target.user, key)
                yield _Attempt("publickey", what, run)

    def _by_password(self, transport: HostTransport) -> Iterator[_Attempt]:
        password = self._settings.password
        if not password:
            return
        user = self._target.user
        yield _Attempt(
            "password", "the password", lambda: transport.auth_password(user, password, fallback=False)
        )
        # A server that took the password the first way, and found it wrong, would only be asked the same again.
        if self._allowed is None or "password" not in self._allowed or self._partly:
            answer = _answer_with(password)
            yield _Attempt(
                "keyboard-interactive",
                "the password, asked for",
                lambda: transport.auth_interactive(user, answer),
            )

    def _configured(self, held: dict[bytes, AgentKey]) -> Iterator[tuple[str, PKey]]:
        files = [Path(name).expanduser() for name in self._target.options.lists.get("identityfile", [])]
        certificates = [Path(name) for name in self._target.options.lists.get("certificatefile", [])]
        for what, key in self._files(held, files):
            for certificate in certificates:
                try:
                    attach_certificate(key, certificate)
                except KeyFileError as error:
                    self._notes.append(str(error))
            yield what, key

    def _files(self, held: dict[bytes, AgentKey], files: list[Path]) -> Iterator[tuple[str, PKey]]:
        """Keys where keys may lie: one that is missing or can't be used is passed over, and told at the end."""
        for path in files:
            if not path.exists():
                continue
            public = public_key_of(path)
            if public is not None and public in held:
                yield f"{path} (by the agent)", held[public]
                continue
            try:
                yield str(path), load_key(path, self._settings.passphrase)
            except KeyFileError as error:
                self._notes.append(str(error))

    # -- trying ------------------------------------------------------------

    def _try(self, transport: HostTransport, attempt: _Attempt) -> bool:
        if attempt.method != "none":
            self._tried.append(attempt.what)
        try:
            following = attempt.run()
        except (SSHException, EOFError, OSError) as error:
            self._failed(transport, attempt, error)
        else:
            if not following:
                return True
            self._partly = True
        self._allowed = transport.login_methods
        if not transport.is_active():
            raise self._ended()
        return False

    def _failed(self, transport: HostTransport, attempt: _Attempt, error: Exception) -> None:
        if not isinstance(error, AuthenticationException):
            if transport.is_active():
                self._notes.append(f"{attempt.what}: {one_line(str(error))}")
        elif "timeout" in str(error):
            raise TransientConnectError(
                f"login to {self._target.address} timed out after {transport.auth_timeout:g} s; is it overloaded?"
            ) from error

    def _by_strategy(self, transport: HostTransport, strategy: object) -> None:
        try:
            strategy.authenticate(transport=transport)  # type: ignore[attr-defined]
        except (AuthenticationException, SSHException) as error:
            raise self._error(one_line(str(error))) from error

    # -- errors ------------------------------------------------------------

    def _who(self) -> str:
        return f"{self._target.user}@{self._target.address}"

    def _ended(self) -> ConnectError:
        if len(self._tried) < _MANY_TRIES:
            return TransientConnectError(
                f"connection closed: {self._who()} closed it during the login; see the log of its sshd for the reason"
            )
        return ConnectError(
            f"login refused: {self._who()} closed the connection after {self._listed()}; "
            "servers allow few tries: name the right key as ssh_key, or set IdentitiesOnly in ssh_config"
        )

    def _refused(self) -> ConnectError:
        methods = f" (it takes {', '.join(self._allowed)})" if self._allowed else ""
        notes = "".join(f"; {note}" for note in dict.fromkeys(self._notes))
        if not self._tried:
            return ConnectError(
                f"login refused: {self._who()} wants a key or password{methods} and there is none to try; "
                f"set ssh_key or ssh_password, or start an ssh agent{notes}"
            )
        what = "no key accepted" if not self._settings.password else "neither key nor password accepted"
        if self._settings.password and not self._seen:
            what = "password not accepted"
        then = (
            "a further login method is needed that is not at hand"
            if self._partly
            else "check ssh_user and ssh_key"
        )
        return ConnectError(
            f"login refused: {self._who()}: {what}{methods}; tried {self._listed()}; {then}{notes}"
        )

    def _listed(self) -> str:
        return ", ".join(dict.fromkeys(self._tried)) or "nothing was tried"


def _default_files() -> list[Path]:
    folder = Path("~/.ssh").expanduser()
    return [folder / name for name in _DEFAULT_KEYS]


def _answer_with(password: str) -> Callable[[str, str, list[tuple[str, bool]]], list[str]]:
    """Answer a server's first hidden question with the password, and no other: that may be a one-time code."""
    left = [password]

    def answer(_title: str, _instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        return [left.pop() if left and not echoed else "" for _, echoed in prompts]

    return answer
