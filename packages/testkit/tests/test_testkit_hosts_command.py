"""`python -m pyinfra_testkit.hosts`."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyinfra_testkit.hosts import _command

if TYPE_CHECKING:
    from pyinfra_testkit.pytest_plugin import RealHosts

COMMAND = [sys.executable, "-m", "pyinfra_testkit.hosts"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_makes_hosts_until_interrupted(
    real_hosts: RealHosts, tmp_path: Path, number: signal.Signals
) -> None:
    inventory = tmp_path / "inventory.py"
    with subprocess.Popen(
        [*COMMAND, "up", "2", "--inventory", str(inventory)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        shown = ""
        for line in process.stdout:
            shown += line
            if line.startswith("Ctrl-C"):
                break
        given: dict[str, list[tuple[str, dict[str, object]]]] = {}
        exec(inventory.read_text(), given)
        (name, data), _ = given["hosts"]
        assert name == "h1"
        config = str(Path(str(data["ssh_key"])).with_name("ssh_config"))
        assert f"ssh -F {config} h2\n" in shown
        assert subprocess.run(["ssh", "-F", config, "h2", "true"], check=False).returncode == 0
        process.send_signal(number)
        assert process.wait(20) == 0
    assert not Path(config).exists()


def test_prepare_says_where_the_base_is(real_hosts: RealHosts) -> None:
    done = subprocess.run([*COMMAND, "prepare"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert Path(done.stdout.removeprefix("ready: ").strip(), "root/etc/debian_version").exists()


def test_what_is_missing_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_command, "missing_requirements", lambda: ["root"])
    assert _command.main(["prepare"]) == 1
    assert capsys.readouterr().err == "error: real hosts need root\n"


@pytest.mark.parametrize("count", ["0", "251", "many"])
def test_a_count_that_cannot_be_is_refused(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        _command.main(["up", count])
    assert ended.value.code == 2
    assert "count" in capsys.readouterr().err
