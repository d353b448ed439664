"""The upload command, run on this machine."""

from __future__ import annotations

import subprocess

from pyinfra.connectors.util import Placement, upload_command


def upload(
    dest: object,
    content: bytes,
    size: int | None = None,
    shell: tuple[str, ...] = ("sh",),
    placement: Placement | None = None,
    **settings,
):
    """Upload a content; gives what the command ended with."""
    line = upload_command(str(dest), len(content) if size is None else size, placement).get_raw_value()
    return subprocess.run(
        [*shell, "-c", line], input=content, capture_output=True, timeout=30, check=False, **settings
    )
