"""Every snippet of the two guides runs as it is written there.

A snippet is a file, word for word. What it takes for granted (names, local files, packages that apt can install) is
given by the test: a preamble before it, and a host made ready.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# An nginx for hosts whose apt knows none: it has a configuration and a service that can be asked for its state.
PACKAGES = r"""
set -e
cd /srv/testkit-repository/main
for name in nginx vim; do
    mkdir -p /tmp/$name/DEBIAN /tmp/$name/etc/init.d /tmp/$name/etc/nginx
    printf 'Package: %s\nVersion: 1.2.3\nArchitecture: all\nMaintainer: a <a@b>\nDescription: a stand-in\n' \
        $name > /tmp/$name/DEBIAN/control
    if [ $name = nginx ]; then
        echo 'from the package' > /tmp/nginx/etc/nginx/nginx.conf
        cat > /tmp/nginx/etc/init.d/nginx <<'INIT'
#!/bin/sh
### BEGIN INIT INFO
# Provides: nginx
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
echo "$1" >> /var/log/nginx-service
case $1 in status) echo nginx is running;; esac
exit 0
INIT
        cp /tmp/nginx/etc/init.d/nginx /tmp/nginx/etc/init.d/app
        chmod 755 /tmp/nginx/etc/init.d/*
    fi
    dpkg-deb --root-owner-group --build /tmp/$name /srv/stand-in-$name.deb >/dev/null
done
mkdir -p /srv/stand-ins && mv /srv/stand-in-*.deb /srv/stand-ins/
cd /srv/stand-ins
for deb in *.deb; do
    dpkg-deb --field "$deb"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' \
        "$deb" "$(wc -c < "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
done > Packages
echo 'deb [trusted=yes] file:/srv/stand-ins ./' > /etc/apt/sources.list.d/stand-ins.list
apt-get update -q >/dev/null
"""


class Guide:
    """A folder with an inventory of one host, in which `pyinfra` is run."""

    def __init__(self, folder: Path, host) -> None:
        self.folder = folder
        self.host = host
        (folder / "templates").mkdir()
        (folder / "config").mkdir()
        (folder / "templates/nginx.conf.j2").write_text("port {{ port | default(8080) }};\n")
        (folder / "config/app.conf").write_text("app = on\n")
        (folder / "inventory.py").write_text(f"hosts = [('web-01', {host.ssh_data('deploy')!r})]\n")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pyinfra_cli", *arguments],
            cwd=self.folder,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def deploy(self, code: str, *options: str) -> str:
        (self.folder / "deploy.py").write_text(code)
        done = self.run(*(options or ("--yes",)), "inventory.py", "deploy.py")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def twice(self, code: str) -> str:
        """Run code; again, it must change nothing."""
        first = self.deploy(code)
        again = self.deploy(code)
        assert "Commands: 0\n" in again, again
        assert "Changes: 0\n" in again, again
        return first

    def on_host(self, *argv: str) -> str:
        done = self.host.exec(*argv)
        assert done.returncode == 0, done.stderr
        return done.stdout


def snippet(name: str) -> str:
    return (HERE / f"{name}.txt").read_text()


@pytest.fixture
def guide(tmp_path: Path, ssh_host) -> Guide:
    done = ssh_host.exec("sh", "-s", input=PACKAGES)
    assert done.returncode == 0, done.stderr
    return Guide(tmp_path, ssh_host)


class TestIdempotency:
    def test_one_operation_on_the_command_line(self, guide):
        arguments = ["--yes", "inventory.py", "apt.packages", "vim", "_sudo=true"]
        first = guide.run(*arguments)
        assert first.returncode == 0, first.stdout + first.stderr
        assert "Changes: 1\n" in first.stdout
        assert "ok installed" in guide.on_host("dpkg-query", "-W", "-f=${Status}", "vim")
        again = guide.run(*arguments)
        assert "Commands: 0\n" in again.stdout
        assert "Changes: 0\n" in again.stdout

    def test_detect_changes(self, guide):
        first = guide.twice(snippet("idempotency/detect"))
        assert "Changes: 1\n" in first
        assert guide.on_host("stat", "-c", "%a %U", "/etc/myapp/config.txt") == "644 root\n"

    def test_idempotent(self, guide):
        guide.twice(snippet("idempotency/idempotent"))
        assert "ok installed" in guide.on_host("dpkg-query", "-W", "-f=${Status}", "nginx")

    def test_not_idempotent(self, guide):
        code = "from pyinfra import config\nconfig.SUDO = True\n" + snippet("idempotency/not_idempotent")
        boot = guide.on_host("stat", "-c", "%Y", "/proc/1")
        first = guide.deploy(code)
        assert "Changes: 2\n" in first
        assert guide.on_host("stat", "-c", "%Y", "/proc/1") != boot
        assert "Changes: 2\n" in guide.deploy(code)

    def test_dry_run(self, guide):
        code = (
            "from pyinfra.operations import apt, files, server\n"
            "apt.packages(name='Install packages: nginx', packages=['nginx'], _sudo=True)\n"
            "files.directory(name='Create directory: /opt/myapp', path='/opt/myapp', _sudo=True)\n"
        )
        said = guide.deploy(code, "--dry")
        assert "--> Proposed changes:\n" in said
        assert "    [web-01] apt.packages: Install packages: nginx" in said
        assert "    [web-01] files.directory: Create directory: /opt/myapp" in said
        assert "--> Operations: 2\n" in said
        assert "--> Hosts: 1\n" in said
        assert guide.host.exec("test", "-e", "/opt/myapp").returncode != 0

    def test_smart_restarts(self, guide):
        guide.deploy(snippet("idempotency/idempotent"))
        code = snippet("idempotency/restart")
        first = guide.twice(code)
        assert "[web-01] files.template: Upload nginx config (changed)" in first
        assert "[web-01] server.service: Restart nginx" in first
        assert guide.on_host("grep", "-c", "^restart$", "/var/log/nginx-service") == "1\n"

    def test_results(self, guide):
        first = guide.twice(snippet("idempotency/results"))
        assert "Nginx was installed\nInstallation successful\n" in first
        assert "Nginx was already installed" not in first
        again = guide.deploy(snippet("idempotency/results"))
        assert "Installation successful\nNginx was already installed\n" in again

    def test_check_before(self, guide):
        guide.twice(snippet("idempotency/check_before"))
        assert guide.on_host("stat", "-c", "%F", "/opt/myapp") == "directory\n"

    def test_conditional(self, guide):
        guide.on_host("sh", "-c", "mkdir -p /var/lib/db /srv/db/scripts && : > /srv/db/scripts/init_db.sh")
        guide.on_host("sh", "-c", "echo 'echo ran >> /srv/db/log' > /srv/db/scripts/init_db.sh")
        guide.on_host("chmod", "755", "/srv/db/scripts/init_db.sh")
        preamble = (
            "from pyinfra import config, host\nfrom pyinfra.facts.files import File\n"
            "host.data._chdir = '/srv/db'\n"
        )
        code = preamble + snippet("idempotency/conditional")
        assert "Changes: 2\n" in guide.deploy(code)
        assert "Changes: 1\n" in guide.deploy(code)
        assert guide.on_host("cat", "/srv/db/log") == "ran\n"

    def test_common_facts(self, guide):
        guide.deploy(snippet("idempotency/idempotent"))
        code = snippet("idempotency/common_facts") + "print([os_name, file_exists and True, dir_exists])\n"
        said = guide.deploy(code)
        assert "Nginx version: 1.2.3\n" in said
        assert "['Linux', True, None]\n" in said or "['Linux', True, False]\n" in said

    def test_caution(self, guide):
        assert "Changes: 1\n" in guide.deploy(snippet("idempotency/caution"))
        assert "Changes: 1\n" in guide.deploy(snippet("idempotency/caution"))
        assert guide.host.exec("test", "-e", "/etc/nginx/nginx.conf").returncode != 0

    def test_put(self, guide):
        guide.twice(snippet("idempotency/put"))
        assert guide.on_host("cat", "/etc/myapp/app.conf") == "app = on\n"

    def test_template(self, guide):
        guide.twice(snippet("idempotency/template"))
        assert guide.on_host("cat", "/etc/nginx/nginx.conf") == "port 80;\n"

    def test_good_and_bad(self, guide):
        said = guide.deploy(
            "from pyinfra.operations import files, server\n"
            + snippet("idempotency/good_bad").replace('/opt/app"]', '/opt/app2"]')
        )
        assert "Changes: 2\n" in said

    def test_check_values(self, guide):
        guide.deploy(snippet("idempotency/idempotent"))
        filled = snippet("idempotency/check_values").replace(
            "...", "src='templates/nginx.conf.j2', dest='/etc/app.conf', _sudo=True"
        )
        code = (
            "from pyinfra.operations import files, server\nfrom pyinfra import config\nconfig.SUDO = True\n"
            + filled
        )
        guide.twice(code)
        assert guide.on_host("grep", "-c", "^restart$", "/var/log/nginx-service") == "1\n"

    def test_distribution_by_name(self, guide):
        code = snippet("idempotency/distro").replace("apt, yum", "apt") + "print(distro['name'])\n"
        assert "Debian" in guide.twice(code)


class TestFacts:
    """On this machine: these need no host of their own."""

    @pytest.fixture
    def values(self, tmp_path: Path):
        def run(*names: str, preamble: str = "from pyinfra import host\n", show: str) -> object:
            code = preamble + "".join(snippet(f"facts/{name}") for name in names)
            (tmp_path / "deploy.py").write_text(code + f"import json\nprint('value:', json.dumps({show}))\n")
            done = subprocess.run(
                [sys.executable, "-m", "pyinfra_cli", "--yes", "@local", "deploy.py"],
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            [line] = [line for line in done.stdout.splitlines() if line.startswith("value: ")]
            return json.loads(line.removeprefix("value: "))

        return run

    def test_a_short_fact(self, values):
        preamble = "from pyinfra import host\nfrom pyinfra.facts.server import LinuxDistribution\n"
        assert values("linux_name", preamble=preamble, show="host.get_fact(LinuxName)") == "Debian"

    @pytest.mark.parametrize(("name", "fact"), [("zfs_pools", "ZfsPools"), ("zfs_datasets", "ZfsDatasets")])
    def test_what_is_missing_gives_the_default_in_prepare(self, values, name, fact):
        assert values(name, show=f"host.get_fact({fact})") is None

    def test_a_fact_with_an_argument(self, values):
        assert values("which", show="host.get_fact(Which, command='sh')").endswith("/sh")

    def test_swap(self, values):
        on = bool(Path("/proc/swaps").read_text().splitlines()[1:])
        assert bool(values("swap_enabled", "swap_enabled_use", show="is_swap_enabled")) is on

    def test_find_files(self, values, tmp_path: Path):
        (tmp_path / "somewhere").mkdir()
        (tmp_path / "somewhere/a").touch()
        code = snippet("facts/find_files_use").replace("/somewhere", str(tmp_path / "somewhere"))
        found = values("find_files", show=f"(lambda: {code.partition(' = ')[2].strip()})()")
        assert found == [str(tmp_path / "somewhere/a")]

    def test_raw_output(self, values):
        use = (
            snippet("facts/raw_command_use")
            .partition(" = ")[2]
            .replace("execute this command", "echo a; echo b")
        )
        assert values("raw_command", show=use.strip()) == "a\nb"
