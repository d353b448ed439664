"""Operations whose commands go together, and those whose commands don't."""

from __future__ import annotations

import shlex

from engine_kit import Recorder
from pyinfra.api import operation
from pyinfra.api.operation import add_op
from pyinfra.api.operations import run_ops
from pyinfra.connectors.util import put_file_by_stdin


@operation(is_idempotent=False, together=True)
def several(*commands):
    yield from commands


@operation(is_idempotent=False)
def apart(*commands):
    yield from commands


class Placing(Recorder):
    """Uploads by the command alone."""

    uploads_by_command = True

    def put_file(self, filename_or_io, remote_filename, *args, placement=None, **arguments):
        return put_file_by_stdin(self, filename_or_io, remote_filename, placement=placement, **arguments)


def called(run, added, *arguments, **settings):
    """Run an operation on a run's first host; gives its result. What was asked before it ran is not in `calls`."""
    result = add_op(run.state, added, *arguments, **settings)[run.host]
    del run.calls[:]
    run_ops(run.state, serial=False)
    return result


def at(folder, name):
    return shlex.quote(str(folder / name))


def outcome(run):
    return [data.outcome for data in run.state.ops[run.host].values()]


def error(run):
    return [data.error for data in run.state.ops[run.host].values()][-1]
