"""How long property tests search."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes says how busy the machine is, not how good the code is.
settings.register_profile("explore", deadline=None, max_examples=1000)
# A gate that draws new examples each time refuses one change for another's fault; exploring is for finding them.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("gate")
