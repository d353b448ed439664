"""Random deploys on a real host, with targets that several operations share and ask different things of."""

from __future__ import annotations

import os
import stat
from itertools import count
from pathlib import Path

import pytest
from depth_steps import deploys, has_partner, sound_deploys
from hypothesis import HealthCheck, Phase, given, settings
from pyinfra_testkit.deploys import run_deploy

EXAMPLES = settings.default.max_examples // 8

as_many = settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def folders(real_hosts):
    """Numbers of folders that are not there yet, on a host on which nothing was changed."""
    real_hosts(1, reset=True)
    return count()


def tree(host, folder):
    """Everything below a folder: kind, mode, owner, group, time, and content or target; and the groups."""
    found = {}
    top = f"{host.root}{folder}"
    for at, directories, names in os.walk(top):
        for path in (Path(at, name) for name in (*directories, *names)):
            info = path.lstat()
            content = None
            if stat.S_ISLNK(info.st_mode):
                content = path.readlink()
            elif stat.S_ISREG(info.st_mode):
                content = path.read_bytes()
            key = str(path).removeprefix(top)
            found[key] = (info.st_mode, info.st_uid, info.st_gid, info.st_mtime_ns, content)
    found["groups"] = (host.root / "etc/group").read_bytes()
    return found


def failed(result, at_odds):
    """The failures that no other operation brought about, be it in this run or by what it left to this one."""
    return {} if at_odds & result.failed.keys() or (at_odds and not result.outputs) else result.failed


def without_times(found):
    return {path: (one[:3], one[4:]) if isinstance(one, tuple) else one for path, one in found.items()}


@as_many
@given(deploy=deploys | sound_deploys)
def test_what_a_deploy_does_and_does_again(real_hosts, folders, deploy):
    [host] = real_hosts(1)
    folder = f"/srv/depth/{next(folders)}"
    (host.root / folder.lstrip("/") / "folder").mkdir(parents=True)
    host.exec("groupdel", "depth-a")
    host.exec("groupdel", "depth-b")

    def code():
        for number, step in enumerate(deploy):
            step.apply(folder, number)

    before = tree(host, folder)
    dry = run_deploy(host, code, dry=True, SUDO=True)
    assert tree(host, folder) == before
    first = run_deploy(host, code, SUDO=True)
    assert first.predicted == dry.predicted
    at_odds = {str(number) for number, step in enumerate(deploy) if has_partner(step, deploy)}
    assert not failed(first, at_odds)
    if first.failed:
        return
    assert not set(first.changed) - set(first.predicted) - at_odds
    after = tree(host, folder)
    second = run_deploy(host, code, SUDO=True)
    assert not failed(second, at_odds)
    assert not set(second.changed) - at_odds, second.changed
    if not at_odds:
        assert not second.predicted
        assert not second.commands
        assert tree(host, folder) == after
    if not second.failed:
        assert without_times(tree(host, folder)) == without_times(after)
