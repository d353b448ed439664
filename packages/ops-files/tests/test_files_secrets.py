"""Edits whose texts are secret: the files are as ever, and no tool gets a secret as an argument."""

from __future__ import annotations

import base64
import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyinfra.api import HiddenValue, MaskString, OperationError
from pyinfra.operations import files
from pyinfra_testkit.deploys import assert_idempotent, run_deploy
from pyinfra_testkit.fakes import on_fake_host

TOOLS = ("awk", "curl", "grep", "sed", "wget")
# Says which arguments each tool got, then runs it.
WATCH = '#!/bin/sh\nprintf "%s\\n" "$*" >> "{seen}"\nexec {tool} "$@"\n'


def watch(folder: Path, variant: str) -> Path:
    """Put tools in a folder that note their arguments in the file that is given back."""
    seen = folder / "seen"
    for name in TOOLS:
        real = f"busybox {name}" if variant == "busybox" else shutil.which(name)
        if real is None:
            continue
        (folder / name).write_text(WATCH.format(seen=seen, tool=real))
        (folder / name).chmod(0o755)
    seen.touch()
    return seen


@pytest.fixture(params=["system", "busybox"])
def seen(request, tmp_path, monkeypatch):
    """The arguments that the tools of this machine, or busybox's, got."""
    folder = tmp_path / "bin"
    folder.mkdir()
    if request.param == "busybox" and shutil.which("busybox") is None:
        pytest.skip("no busybox here")
    found = watch(folder, request.param)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return found


@settings(
    max_examples=settings.default.max_examples // 16,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(text=st.text("a.b*c[](){}+?|^$/&'\"` é\\x", max_size=12))
def test_any_secret_is_edited_as_any_text(seen, text, tmp_path_factory):
    folder = tmp_path_factory.mktemp("edited")
    secret = MaskString(f"S3CR {text}")
    exact = {"escape_regex_characters": True}
    (folder / "conf").write_text(f"top\nold\n{secret}?\nend\n")
    seen.write_text("")

    def deploy():
        files.line(f"{folder}/line", secret, **exact)
        files.line(f"{folder}/conf", f"{secret}?", present=False, **exact)
        files.line(f"{folder}/conf", "^old$", replace=HiddenValue(secret))
        files.block(
            f"{folder}/conf", [secret, ".."], line=secret, before=True, marker=f"# {{mark}} {secret}", **exact
        )
        files.block(f"{folder}/block", HiddenValue(f"{secret}\n{secret}"), marker=f"# {{mark}} {secret}")

    assert_idempotent("@local", deploy)
    begin, end = f"# BEGIN {secret}\n{secret}\n", f"\n# END {secret}\n"
    if "\\" not in text:
        assert (folder / "conf").read_text() == f"top\n{begin}..{end}{secret}\nend\n"
    assert (folder / "line").read_text() == f"{secret}\n"
    assert (folder / "block").read_text() == begin + secret + end

    run_deploy("@local", lambda: files.block(f"{folder}/block", "x", marker=f"# {{mark}} {secret}"))
    run_deploy("@local", lambda: files.block(f"{folder}/block", present=False, marker=f"# {{mark}} {secret}"))
    assert (folder / "block").read_text() == ""
    assert "S3CR" not in seen.read_text()


def test_a_long_secret_block(seen, tmp_path):
    """Some awks take no long literals."""
    old, new = (MaskString("\n".join(f"{kind} {number} {'k' * 70}" for number in range(60))) for kind in "ab")
    (tmp_path / "f").write_text("x\n")
    for content in (old, new):
        assert_idempotent("@local", lambda content=content: files.block(f"{tmp_path}/f", content))
    expected = f"x\n# BEGIN PYINFRA BLOCK\n{new}\n# END PYINFRA BLOCK\n"
    assert (tmp_path / "f").read_text() == expected
    assert "kkk" not in seen.read_text()


# What is asked for, and what the server is then asked: path, key and login.
SECRET_REQUESTS = {
    "header": (
        {"headers": {"X-Plain": "a b", "X-Key": MaskString('S3CR-"h"\\')}},
        '/plain S3CR-"h"\\ -',
    ),
    "hidden header": ({"headers": {"X-Key": HiddenValue("S3CR-hidden")}}, "/plain S3CR-hidden -"),
    "url": ({"src": MaskString("http://{server}/S3CR/url?a=b&c=d")}, "/S3CR/url?a=b&c=d None -"),
    "both": (
        {"src": MaskString("http://{server}/S3CR/both"), "headers": {"X-Key": MaskString("S3CR-h2")}},
        "/S3CR/both S3CR-h2 -",
    ),
    "proxy": (
        {"src": "http://nowhere.invalid/x", "proxy": MaskString("http://u:S3CR@{server}")},
        "http://nowhere.invalid/x None u:S3CR",
    ),
    "options": (
        {
            "extra_curl_args": {"-u": MaskString("u:S3CR pw"), "--compressed": None},
            "extra_wget_args": {
                "--user": "u",
                "--password": MaskString("S3CR pw"),
                "--auth-no-challenge": None,
            },
        },
        "/plain None u:S3CR pw",
    ),
}


class Asked(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_GET(self):
        authorization = self.headers.get("Authorization") or self.headers.get("Proxy-Authorization") or ""
        login = base64.b64decode(authorization.removeprefix("Basic ")).decode() or "-"
        body = f"{self.path} {self.headers.get('X-Key')} {login}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("tool", ["curl", "wget"])
@pytest.mark.parametrize(("arguments", "answer"), SECRET_REQUESTS.values(), ids=SECRET_REQUESTS)
def test_a_secret_of_a_download(tmp_path, monkeypatch, server, tool, arguments, answer):
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    folder = tmp_path / "bin"
    folder.mkdir()
    seen = watch(folder, "system")
    (folder / {"curl": "wget", "wget": "curl"}[tool]).unlink(missing_ok=True)
    for name in ("cat", "env", "ls", "mktemp", "mv", "rm", "sh", "stat"):
        (folder / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(folder))
    given = {"src": f"http://{server}/plain", **arguments}
    for name in {"src", "proxy"} & set(given):
        given[name] = type(given[name])(given[name].replace("{server}", server))

    assert_idempotent("@local", lambda: files.download(dest=f"{tmp_path}/got", **given))
    assert (tmp_path / "got").read_text() == answer
    assert "S3CR" not in seen.read_text()


def test_a_template_writes_hidden_values(tmp_path):
    nested = {"list": [HiddenValue("S3CR-nested")]}
    text = StringIO("{{ top }} {{ top|upper }} {{ nested.list[0] }}\n")
    assert_idempotent(
        "@local", lambda: files.template(text, f"{tmp_path}/x", top=HiddenValue("S3CR-top"), nested=nested)
    )
    assert (tmp_path / "x").read_text() == "S3CR-top S3CR-TOP S3CR-nested\n"


def test_a_template_that_would_write_a_mask_is_refused():
    with on_fake_host({}), pytest.raises(OperationError, match=r"value\.unmask"):
        list(files.template._inner(StringIO("{{ x[0] ~ '!' }}"), "/x", x=[HiddenValue("S3CR-deep")]))


def test_a_diff_shows_no_secret_old_or_new(tmp_path, caplog):
    caplog.set_level("INFO", "pyinfra")
    (tmp_path / "x").write_text("a=1\npassword=0LD-S3CR\nb=2\nc=3\n")
    new = MaskString("S3CR-new")
    run_deploy(
        "@local", lambda: files.put(StringIO(f"a=1\npassword={new}\nb=2\nc=4\n"), f"{tmp_path}/x"), DIFF=True
    )
    assert "S3CR" not in caplog.text
    assert "(not shown: it may hold an old secret)" in caplog.text
    assert "c=3" in caplog.text
    assert "password=*MASKED*" in caplog.text
