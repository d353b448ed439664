"""Which services runit has been given."""

from __future__ import annotations

from pyinfra.api import FactBase
from typing_extensions import override

from ._quoting import double_quoted, is_ordinary


class RunitManaged(FactBase[set[str]]):
    """Tells which services runit manages: the symbolic links in its service directory, listed by `find`.

    ```
    {"agetty-tty1", "sshd"}
    ```
    """

    side_effect_free = True
    service: str | None = None

    def command(self, service: str | None = None, svdir: str = "/var/service") -> str:
        """Word the question.

        Args:
            service: the only service to ask about; None for all.
            svdir: the directory that runit watches.

        Returns:
            The command.
        """
        self.service = service
        folder = double_quoted(svdir if not svdir.startswith("-") else f"./{svdir}")
        if service is None:
            return (
                f"[ -d {folder} ] && cd {folder} && "
                'find -mindepth 1 -maxdepth 1 -type l -printf "%f\\n" || true'
            )
        name = double_quoted(service)
        printed = f"echo {name}" if is_ordinary(service) else f"printf '%s\\n' {name}"
        return f"cd {folder} && test -h {name} && {printed} || true"

    @override
    @staticmethod
    def default() -> set[str]:
        return set()

    @override
    def process(self, output: list[str]) -> set[str]:
        if self.service is not None:
            return {self.service} if any(output) else set()
        return {line for line in output if line}
