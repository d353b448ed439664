"""What modes become, against the chmod of this machine."""

import stat
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from pyinfra.operations.files._metadata import apply_symbolic_mode, mode_differs

ACTIONS = st.one_of(st.text("rwxXst", max_size=3), st.sampled_from("ugo"))
CLAUSES = st.tuples(st.text("ugoa", max_size=3), st.sampled_from("+-="), ACTIONS).map("".join)
SYMBOLIC = st.lists(CLAUSES, min_size=1, max_size=3).map(",".join)


@settings(max_examples=200, deadline=None)
@given(SYMBOLIC, st.integers(0, 0o7777), st.booleans())
def test_symbolic_modes_are_those_of_chmod(symbolic, mode, is_directory):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.mkdir() if is_directory else path.touch()
        path.chmod(mode)
        had = stat.S_IMODE(path.stat().st_mode)
        subprocess.run(["sh", "-c", 'umask 022; exec chmod -- "$1" "$2"', "sh", symbolic, path], check=True)
        assert apply_symbolic_mode(symbolic, had, is_directory) == stat.S_IMODE(path.stat().st_mode)


def test_chmod_keeps_setgid_of_directories_alone():
    assert not mode_differs(755, 2755, is_directory=True)
    assert mode_differs(755, 2755)
    assert mode_differs(755, 1755, is_directory=True)
    assert mode_differs(2755, 755, is_directory=True)
