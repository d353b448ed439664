"""Packages of npm: on real hosts, where a program stands in for npm, and with npm itself where this machine has it.

The stand-in does as npm-install(1), npm-uninstall(1), npm-update(1) and npm-ls(1) say; npm itself asks a registry of
this test's, which speaks what https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md describes.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest
from pyinfra.operations import npm, server
from pyinfra_testkit.deploys import assert_idempotent, assert_preview_true, run_deploy

VERSIONS = {"demo": ["1.0.0", "2.0.0"], "@it/tool": ["0.1.0"]}
GLOBAL = "usr/local/lib"


def installed(folder):
    """Names and versions of packages, by their own files."""
    found = [json.loads(path.read_text()) for path in (folder / "node_modules").glob("**/package.json")]
    return {about["name"]: about["version"] for about in found}


@pytest.mark.real_hosts
class TestOnHosts:
    @pytest.fixture
    def host(self, ssh_host):
        program = ssh_host.root / "usr/local/bin/npm"
        shutil.copyfile(Path(__file__).parent / "stand_ins/npm", program)
        program.chmod(0o755)
        for name, versions in VERSIONS.items():
            file = ssh_host.root / "srv/npm" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("".join(f"{version}\n" for version in versions))
        return ssh_host

    def test_of_all_from_their_making_to_their_end(self, host):
        def have(*names, **arguments):
            return lambda: npm.packages(list(names), name="have", _sudo=True, **arguments)

        made = assert_preview_true(host, have("demo@1.0.0", "@it/tool"))
        assert made.changed == ["have"]
        assert f"{GLOBAL}/node_modules/demo/package.json" in made.paths
        assert installed(host.root / GLOBAL) == {"demo": "1.0.0", "@it/tool": "0.1.0"}
        assert run_deploy(host, have("demo@1.0.0", "@it/tool", "demo@latest")).commands == 0
        assert_idempotent(host, have("demo@2.0.0"))
        run_deploy(host, have("demo@1.0.0"))
        assert run_deploy(host, have("demo", latest=True)).changed == ["have"]
        assert installed(host.root / GLOBAL)["demo"] == "2.0.0"
        assert_idempotent(host, have("demo", "@it/tool@0.1.0", "none", present=False))
        assert installed(host.root / GLOBAL) == {}

    def test_of_a_project(self, host):
        host.exec("install", "-d", "-o", "deploy", "/srv/it's -project")

        def have(**arguments):
            return lambda: npm.packages("demo", name="have", directory="/srv/it's -project", **arguments)

        assert assert_idempotent(host, have()).changed == ["have"]
        assert installed(host.root / "srv/it's -project") == {"demo": "2.0.0"}
        assert assert_idempotent(host, have(present=False)).changed == ["have"]
        assert not (host.root / GLOBAL / "node_modules").exists()

    def test_what_can_not_be_fails_and_changes_nothing(self, host):
        (host.root / "srv/file").write_text("kept")

        def code():
            npm.packages(["demo", "none"], name="unknown", _sudo=True, _ignore_errors=True)
            npm.packages("demo@9.9.9", name="version", _sudo=True, _ignore_errors=True)
            npm.packages("demo", name="no folder", directory="/srv/none", _ignore_errors=True)
            npm.packages("demo", name="a file", directory="/srv/file", _ignore_errors=True)
            server.shell("true", name="next")

        result = run_deploy(host, code)
        assert list(result.failed) == ["unknown", "version", "no folder", "a file"]
        assert "404 Not Found" in result.failed["unknown"]
        assert "demo@9.9.9" in result.failed["version"]
        assert "/srv/none" in result.failed["no folder"]
        assert "/srv/file" in result.failed["a file"]
        assert result.changed == ["next"]
        assert installed(host.root / GLOBAL) == {}
        assert (host.root / "srv/file").read_text() == "kept"

    def test_a_file_system_that_can_not_be_written(self, host):
        run_deploy(host, lambda: npm.packages("demo@1.0.0", _sudo=True))
        host.exec("sh", "-c", "cd /usr/local/lib; mount --bind . .; mount -o remount,bind,ro /usr/local/lib")

        def code():
            npm.packages("demo@2.0.0", name="have", _sudo=True, _ignore_errors=True)
            npm.packages("demo", name="remove", present=False, _sudo=True, _ignore_errors=True)
            server.shell("true", name="next")

        result = run_deploy(host, code)
        assert (list(result.failed), result.changed) == (["have", "remove"], ["next"])
        assert all("ead-only file system" in said for said in result.failed.values())
        assert installed(host.root / GLOBAL) == {"demo": "1.0.0"}

    @pytest.mark.parametrize("arguments", [{}, {"directory": "/srv"}], ids=["global", "project"])
    def test_what_is_killed_half_way_is_installed_again(self, host, arguments):
        def code(*names):
            return lambda: npm.packages(list(names), name="have", _sudo=True, **arguments)

        folder = host.root / ("srv" if arguments else GLOBAL)
        run_deploy(host, code("@it/tool"))
        killed = host.root / "run/out-of-memory"
        killed.write_text("")
        for _ in range(2):
            assert "have" in run_deploy(host, code("@it/tool", "demo")).failed
            assert installed(folder) == {"@it/tool": "0.1.0"}
        killed.unlink()
        assert_idempotent(host, code("@it/tool", "demo"))

    @pytest.mark.parametrize("present", [True, False])
    def test_without_npm(self, ssh_host, present):
        result = run_deploy(ssh_host, lambda: npm.packages("demo", name="have", present=present))
        assert f"{ssh_host.name} has no npm" in result.failed["have"]


class Registry(BaseHTTPRequestHandler):
    """Tells of packages, and gives their archives."""

    def do_GET(self):
        name, _, version = unquote(self.path).strip("/").partition("/-/")
        if name not in VERSIONS:
            return self.answer(404, b"{}")
        if version:
            return self.answer(200, self.archive(name, version))
        about = {one: {"name": name, "version": one, "dist": self.place(name, one)} for one in VERSIONS[name]}
        listed = {"name": name, "dist-tags": {"latest": VERSIONS[name][-1]}, "versions": about}
        return self.answer(200, json.dumps(listed).encode())

    do_POST = do_GET  # noqa: N815 - the name that http.server calls

    def place(self, name, version):
        digest = hashlib.sha1(self.archive(name, version)).hexdigest()
        url = f"http://127.0.0.1:{self.server.server_port}/{name}/-/{version}"
        return {"tarball": url, "shasum": digest}

    def archive(self, name, version):
        text, packed = json.dumps({"name": name, "version": version}).encode(), io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            info = tarfile.TarInfo("package/package.json")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
        return packed.getvalue()

    def answer(self, code, body):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def own_npm(tmp_path, monkeypatch):
    """npm itself, alone with a registry and folders of the test's."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as registry:
        threading.Thread(target=registry.serve_forever, daemon=True).start()
        settings = {
            "prefix": tmp_path / "prefix",
            "cache": tmp_path / "cache",
            "userconfig": tmp_path / "npmrc",
            "registry": f"http://127.0.0.1:{registry.server_port}/",
            "fetch_retries": 0,
            "update_notifier": "false",
            "audit": "false",
            "fund": "false",
        }
        for name, value in settings.items():
            monkeypatch.setenv(f"npm_config_{name}", str(value))
        (tmp_path / "prefix/lib").mkdir(parents=True)
        yield
        registry.shutdown()


@pytest.mark.usefixtures("own_npm")
def test_npm_itself(tmp_path):
    def have(*names, **arguments):
        return lambda: npm.packages(list(names), name="have", **arguments)

    prefix = tmp_path / "prefix/lib"
    assert assert_idempotent("@local", have("demo@1.0.0", "@it/tool")).changed == ["have"]
    assert installed(prefix) == {"demo": "1.0.0", "@it/tool": "0.1.0"}
    assert run_deploy("@local", have("demo@2.0.0", "none-such")).failed
    assert installed(prefix)["demo"] == "1.0.0"
    assert_idempotent("@local", have("demo", "@it/tool@0.1.0", present=False))
    assert installed(prefix) == {}
    project = tmp_path / "it's -project"
    project.mkdir()
    assert_idempotent("@local", have("demo", directory=str(project)))
    assert installed(project) == {"demo": "2.0.0"}
