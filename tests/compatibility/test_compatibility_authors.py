"""Tests of plugins, in the ways that their authors wrote them for pyinfra 3, pass as they are on what is installed.

They pass on pyinfra 3.10 too: it is what their authors had.
"""

from __future__ import annotations

import pytest


@pytest.mark.slow
def test_they_pass(install_published, passes):
    passes(install_published("pyinfra==3.11.0", "pytest"), "authors")
