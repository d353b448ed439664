"""What plugins add to a run: passwords from where they are kept, reports in formats of their own."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pyinfra.api.hiddenvalue import remember_secret
from pyinfra.plugins.hooks import gather
from pyinfra.plugins.spec import ReportFormat

from .exceptions import CliError

if TYPE_CHECKING:
    from pyinfra.api import Host, State

logger = logging.getLogger("pyinfra")

# Data and global arguments that are passwords.
SECRETS = ("ssh_password", "ssh_key_password", "_sudo_password", "_su_password", "_doas_password")


def ask_secret_sources(hosts: Iterable[Host]) -> None:
    """Give hosts the passwords that secret sources know and the inventory does not have.

    Args:
        hosts: the hosts.
    """
    sources = list(gather("pyinfra_secret_sources"))
    if not sources:
        return
    for host in hosts:
        for key in SECRETS:
            if host.data.get(key) is None:
                _ask(sources, host, key)


def _ask(sources: Sequence[tuple[str, object]], host: Host, key: str) -> None:
    for plugin, source in sources:
        try:
            secret = source.get(host, key)  # type: ignore[attr-defined]
        except Exception as error:
            name = getattr(source, "name", source)
            logger.warning(
                "plugin %s: the secret source %s failed for %s: %s", plugin, name, host.name, error
            )
            continue
        if secret is not None:
            remember_secret(secret)
            setattr(host.data, key, secret)
            return


class Reports:
    """The reports that are to be written when a run is over.

    Args:
        wanted: `FORMAT=FILE` each.

    Raises:
        CliError: nobody knows a format, or it is written otherwise.
    """

    def __init__(self, wanted: Sequence[str]) -> None:
        self._wanted: list[tuple[ReportFormat, Path]] = []
        if not wanted:
            return
        known = {"json": ReportFormat("json", _as_json)}
        known.update((one.name, one) for _, one in gather("pyinfra_report_formats"))
        for written in wanted:
            name, equals, file = written.partition("=")
            if not equals or not file:
                raise CliError(f"--report {written}: write FORMAT=FILE")
            if name not in known:
                raise CliError(
                    f"--report {written}: no plugin knows the format {name}; known: {', '.join(sorted(known))}"
                )
            if not Path(file).parent.is_dir():
                raise CliError(f"--report {written}: there is no folder {Path(file).parent}")
            self._wanted.append((known[name], Path(file)))

    def write(self, state: State) -> None:
        """Write them; one that fails is told, and is no failure of the run."""
        for report, file in self._wanted:
            try:
                file.write_text(report.render(state), encoding="utf-8", errors="surrogateescape")
            except Exception as error:
                logger.warning("the report %s=%s could not be written: %s", report.name, file, error)


def _as_json(state: State) -> str:
    from .report import outcome
    from .util import to_json

    return json.dumps(json.loads(to_json(outcome(state))), indent=2) + "\n"
