"""How long property tests search."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# How long an example takes, to make and to run, says how busy the machine is, not how good the code is.
settings.register_profile(
    "explore", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow]
)
# A gate that draws new examples each time refuses one change for another's fault; exploring is for finding them.
settings.register_profile("gate", settings.get_profile("explore"), max_examples=100, derandomize=True)
settings.load_profile("gate")
