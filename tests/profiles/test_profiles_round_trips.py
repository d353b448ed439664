"""What the bench's workloads cost on the wire, counted on a real host that is 30 ms away."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.real_hosts, pytest.mark.batches]
RTT = 30


@pytest.fixture(scope="module")
def costs(tmp_path_factory) -> Iterator[dict[str, dict[str, Any]]]:
    """Run all workloads, one after another as each needs the host: fresh, then with all done."""
    from pyinfra_testkit.hosts import HostsUnavailableError

    from bench.lab import BenchLab

    if not Path("/dev/net/tun").exists() and os.environ.get("PYINFRA_REQUIRE_REAL_HOSTS") != "1":
        pytest.skip("the wire needs /dev/net/tun")
    try:
        lab = BenchLab(lambda _: None)
    except HostsUnavailableError as error:
        if os.environ.get("PYINFRA_REQUIRE_REAL_HOSTS") == "1":
            raise
        pytest.skip(str(error))
    with lab:
        lab.set_rtt(RTT)
        folder = tmp_path_factory.mktemp("profiles")
        yield {name: cost(lab, folder, name) for name in ("w5", "w2", "w1", "w1-hints", "w3", "w3-hints")}


def cost(lab: Any, folder: Path, name: str) -> dict[str, Any]:
    from bench.render import deploy_file
    from bench.steps import problems, steps, write_files

    (host,) = lab.hosts(1, fresh=False)
    write_files(folder)
    # A run finds the hints of the one before only where it is called the same.
    deploy = f"{name.removesuffix('-hints')}.py"
    text = "" if name == "w5" else deploy_file(steps(), reads_changed=name.startswith("w3"))
    (folder / deploy).write_text(text)
    (folder / "inventory.py").write_text(f"hosts = [{host.inventory_line('root')}]\n")
    lab.take_counts()
    lab.sessions.take()
    done = subprocess.run(
        [
            *("nsenter", f"--net={lab.namespace}"),
            *(sys.executable, "-m", "pyinfra_cli", "--yes", "inventory.py", deploy),
        ],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Changes: {47 if name == 'w2' else 0}\n" in done.stdout
    assert name == "w5" or not problems(host)
    (counts,) = lab.take_counts().values()
    return {"round_trips": counts.round_trips, "sessions": lab.sessions.take().get(host.name, 0)}


@pytest.mark.parametrize("name", ["w5", "w1", "w1-hints", "w2", "w3", "w3-hints"])
def test_what_a_workload_costs(bounds, costs, name):
    over = {
        what: (costs[name][what], most)
        for what, most in bounds["workloads"][name].items()
        if costs[name][what] > most
    }
    assert not over, f"{name} costs more than it may"
    assert costs["w2"]["sessions"], "the host's sshd told of no session: nothing was counted"
