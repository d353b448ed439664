"""Canaries in every secret that a deploy can hold: none is seen by anybody who is not meant to see it."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

# What each canary holds; new in each session, for others on this machine may run the same tests.
MARK = f"cnry{secrets.token_hex(4)}"
# Finds it, and not itself in a process list.
PATTERN = f"{MARK[:-1]}[{MARK[-1]}]"
KINDS = (
    "login",
    "root",
    "passphrase",
    "command",
    "env",
    "data",
    "content",
    "old",
    "user",
    "host",
    "nested",
    "wrong",
)
# With what shells, Python and JSON write differently.
SECRETS = {kind: f"{kind[:2]}'{MARK}\"$é\\{kind}" for kind in KINDS}

INVENTORY = """
import json
from pathlib import Path
from pyinfra.api import HiddenValue, MaskString

S = json.loads(Path("secrets.json").read_text())
data = json.loads(Path("hosts.json").read_text())
for one in data.values():
    one |= {"token": MaskString(S["host"]), "nested": {"list": [HiddenValue(S["nested"])]}}
data["by-password"]["ssh_password"] = S["login"]
data["by-key"] |= {"ssh_key_password": S["passphrase"], "_sudo_password": S["login"]}
hosts = list(data.items())
"""

BEGIN = """
import json
import shlex
from io import StringIO
from pathlib import Path
from pyinfra import host, logger
from pyinfra.api import HiddenValue, MaskString, QuoteString, StringCommand
from pyinfra.facts.server import Command
from pyinfra.operations import files, python, server

S = json.loads(Path("secrets.json").read_text())
OUT = f"/srv/{host.name}"
command, env, old = MaskString(S["command"]), HiddenValue(S["env"]), MaskString(S["old"])
data, content = MaskString(S["data"]), MaskString(S["content"])
password = MaskString(S["user"])
"""

WORKS = (
    BEGIN
    + """
host.get_fact(Command, StringCommand("look; printf %s", QuoteString(command)))
host.get_fact(Command, "look", _sudo=True)
server.shell("look", _sudo=True)
server.shell("look", _su_user="root", _su_password=S["root"])
server.shell("look", _su_user="root", _su_password=HiddenValue(S["root"]), _use_su_login=True)
server.shell(StringCommand("look; printf %s", QuoteString(command)))
server.shell(StringCommand("look; printf %s", QuoteString(env), "| cat"), _sudo=True)
server.shell(f"look; : {shlex.quote(host.data.token)}")
server.shell(f"printf %s {shlex.quote(data)}", name=f"Say {data}", _ignore_errors=True)
server.shell('look; printf %s "$SECRET"', _env={"SECRET": env})
server.shell('look; printf %s "$SECRET"', _env={"SECRET": env}, _sudo=True, _chdir="/")
files.put(StringIO(f"{old}\\n"), f"{OUT}/put", mode="600", _sudo=True)
files.put(StringIO(f"{content}\\n"), f"{OUT}/put", mode="600", _sudo=True)
files.put(StringIO(content), f"{OUT}/alone", _sudo=True)
files.template("template.j2", f"{OUT}/template", value=data, hidden=env.unmask(), _sudo=True)
files.template(StringIO("{{ value }}{{ host.data.token }}"), f"{OUT}/inline", value=data, _sudo=True)
server.user(f"u{host.name}", password=password, comment="x", _sudo=True)
python.call(function=lambda: logger.warning(f"called with {data} {env}"))
"""
)

FAILS = (
    BEGIN
    + """
def fail(word, **kwargs):
    raise ValueError(f"{word} {kwargs}")


def run_and_fail():
    host.run_shell_command(StringCommand("look; exit 4;", QuoteString(command)))
    raise RuntimeError(f"{command} {env} {S['content']}")


keep = {"_ignore_errors": True}
server.shell(StringCommand("look; printf %s", QuoteString(command), ">&2; exit 3"), **keep)
server.shell('look; printf %s "$SECRET"; exit 3', _env={"SECRET": env}, _sudo=True, **keep)
server.shell(f"no-such-command {data!r}", **keep)
server.shell("look", _sudo=True, _sudo_password=S["wrong"], **keep)
server.shell("look", _su_user="root", _su_password=HiddenValue(S["wrong"]), **keep)
server.shell("look", _sudo=True, _sudo_user="nobody-like-that", **keep)
server.shell(StringCommand("look; sleep 9; echo", QuoteString(command)), _timeout=1, **keep)
server.shell(StringCommand("printf %s", QuoteString(command), "; exit 1"), _retries=1, _retry_delay=0, **keep)
files.put(StringIO(content), "/proc/no/put", _sudo=True, **keep)
files.put(StringIO(content), f"/srv/not-mine/{host.name}", create_remote_dir=False, **keep)
python.call(fail, data, hidden=env, **keep)
python.call(run_and_fail, **keep)
server.user(f"f{host.name}", password=password, home="/proc/no/home", group="no-such-group", _sudo=True)
"""
)

EDITS = (
    BEGIN
    + """
from pyinfra.facts.files import Block, FindInFile

exact = {"escape_regex_characters": True, "_sudo": True}
short, shorter = (MaskString(S[kind].split(chr(92))[0]) for kind in ("content", "user"))
host.get_fact(FindInFile, path=f"{OUT}/line", pattern=short)
host.get_fact(FindInFile, path=f"{OUT}/line", pattern=f"^{shorter}", extended_regex=True, _sudo=True)
host.get_fact(Block, path=f"{OUT}/block", marker=f"{{mark}} {old}")
files.line(f"{OUT}/line", data, **exact)
files.line(f"{OUT}/line", "^old=.*", replace=f"old={old}", _sudo=True)
files.line(f"{OUT}/line", "^env=.*", replace=HiddenValue(S["env"]), backup=True, _sudo=True)
files.line(f"{OUT}/line", content, present=False, **exact)
files.line(f"{OUT}/new", f"{shorter} $HOME", interpolate_variables=True, _sudo=True)
files.replace(f"{OUT}/lines", "begin", short, _sudo=True)
files.replace(f"{OUT}/lines", "end", HiddenValue(shorter), flags=["g"], _sudo=True)
files.block(f"{OUT}/block", content, _sudo=True)
files.block(f"{OUT}/block", [HiddenValue(S["env"]), "plain"], marker=f"{{mark}} {old}", _sudo=True)
files.block(f"{OUT}/lines", [data, "/"], line=short, after=True, **exact)
"""
)

TEXTS = {
    **SECRETS,
    "short": SECRETS["content"].split("\\")[0],
    "shorter": SECRETS["user"].split("\\")[0],
}
BEFORE_EDITS = {
    "line": "old=x\n{content}\nold=y\n",
    "lines": "begin\nend end\n",
    "block": "# BEGIN PYINFRA BLOCK\nfirst\n# END PYINFRA BLOCK\n",
}
AFTER_EDITS = {
    "new": "{shorter} /root\n",
    "line": "old={old}\nold={old}\n{data}\n{env}\n",
    "lines": "{short}\n# BEGIN PYINFRA BLOCK\n{data}\n/\n# END PYINFRA BLOCK\n{shorter} {shorter}\n",
    "block": "# BEGIN PYINFRA BLOCK\n{content}\n# END PYINFRA BLOCK\nBEGIN {old}\n{env}\nplain\nEND {old}\n",
}

RAISES = (
    BEGIN
    + """
server.shell("true")
raise ValueError(f"{command} {data!r} {host.data.token} {host.data.nested}")
"""
)

WRONG_TEMPLATE = (
    BEGIN
    + """
files.template(StringIO("{{ value.nothing }}"), f"{OUT}/x", value=data, other=env)
"""
)

WRONG_ARGUMENT = (
    BEGIN
    + """
server.shell("true", _env={"SECRET": data}, _nothing=data)
"""
)

WRONG_TYPE = (
    BEGIN
    + """
server.shell("true", _sudo_password=[data], _chdir=env)
"""
)

WRONG_CALL = (
    BEGIN
    + """
server.user(data, passwrod=password)
"""
)

DEPLOYS = {
    "works": WORKS,
    "fails": FAILS,
    "edits": EDITS,
    "raises": RAISES,
    "template": WRONG_TEMPLATE,
    "argument": WRONG_ARGUMENT,
    "type": WRONG_TYPE,
    "call": WRONG_CALL,
}

LOOK = f"""#!/bin/sh
# Who sees it on the host: process lists, and files that are not where it was meant to go.
pattern='{PATTERN}'
for file in /proc/[0-9]*/cmdline; do
    tr '\\000' ' ' < "$file" 2>/dev/null | grep -a "$pattern" >> /seen/processes
done
grep -raIls "$pattern" /tmp /var/tmp /run /dev/shm /home /root >> /seen/files
true
"""


@pytest.fixture(scope="module")
def host(real_hosts, tmp_path_factory):
    """A host whose passwords are canaries."""
    [host] = real_hosts(1, reset=True)
    ready = host.exec(
        "sh",
        "-ec",
        "chpasswd; mkdir -m 1777 /seen; mkdir -m 700 /srv/not-mine",
        input=f"ask:{SECRETS['login']}\nroot:{SECRETS['root']}\n",
    )
    assert ready.returncode == 0, ready.stderr
    (host.root / "usr/local/bin/look").write_text(LOOK)
    host.exec("chmod", "755", "/usr/local/bin/look")
    key = tmp_path_factory.mktemp("key") / "encrypted"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", SECRETS["passphrase"], "-C", "", "-f", key], check=True
    )
    done = host.exec(
        "sh",
        "-ec",
        "umask 077; mkdir -p /home/ask/.ssh; cat >> /home/ask/.ssh/authorized_keys; chown -R ask: /home/ask/.ssh",
        input=key.with_suffix(".pub").read_text(),
    )
    assert done.returncode == 0, done.stderr
    host.encrypted_key = str(key)
    return host


@pytest.fixture
def deployer(pyinfra, host):
    """The command line with an inventory of that host, by two names, and the deploys."""
    common = host.ssh_data("ask", password=True)
    del common["ssh_password"]
    by_key = {**common, "ssh_key": host.encrypted_key}
    pyinfra.write("hosts.json", json.dumps({"by-password": common, "by-key": by_key}))
    pyinfra.write("secrets.json", json.dumps(SECRETS))
    pyinfra.write("inventory.py", INVENTORY)
    pyinfra.write(
        "config.py",
        "import json\nfrom pathlib import Path\n"
        "SUDO_PASSWORD = json.loads(Path('secrets.json').read_text())['login']\n",
    )
    pyinfra.write("template.j2", "{{ value }} {{ hidden }}\n")
    for name, code in DEPLOYS.items():
        pyinfra.write(f"{name}.py", code)
    host.exec("sh", "-c", "rm -rf /seen/* /srv/by-*; mkdir -p /srv/by-password /srv/by-key")
    return pyinfra


@contextmanager
def process_lists_watched():
    """Look at the command lines of all processes of this machine and of its hosts, again and again.

    Yields:
        Those that held a canary.
    """
    seen: set[str] = set()
    ended = threading.Event()

    def watch() -> None:
        # Each pass leaves the processors to what is watched for as long again.
        while not ended.wait(0.005):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    line = Path(f"/proc/{pid}/cmdline").read_bytes()
                except OSError:
                    continue
                if MARK.encode() in line:
                    seen.add(line.replace(b"\0", b" ").decode(errors="replace"))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def run_watched(deployer, host, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line; nothing but what it was given may hold a canary in the end."""
    given = {path: path.read_bytes() for path in deployer.folder.iterdir() if path.is_file()}
    with process_lists_watched() as seen:
        done = deployer.run(*arguments)
    said = done.stdout + done.stderr
    where = {
        "stdout and stderr": [line for line in said.splitlines() if MARK in line],
        "process lists": sorted(seen),
        "process lists on the host": host.exec("sh", "-c", "cat /seen/processes 2>/dev/null").stdout,
        "files while it ran": host.exec("sh", "-c", "cat /seen/files 2>/dev/null").stdout,
        "files on the host": host.exec(
            "sh",
            "-c",
            f"grep -rals --exclude='shadow*' '{PATTERN}' /tmp /var /run /dev/shm /home /root /etc; true",
        ).stdout,
        "files here": [
            str(path)
            for folder in (deployer.folder, deployer.home, deployer.temporary)
            for path in folder.rglob("*")
            if path.is_file() and given.get(path) is None and MARK.encode() in path.read_bytes()
        ],
    }
    assert not any(where.values()), {place: found for place, found in where.items() if found}
    # Of a secret cut in two, each half would be as bad.
    assert not re.search(r"cnry[0-9a-f]{4}", said)
    return done


RUNS = {
    "plain": ["--yes"],
    "v": ["--yes", "-v"],
    "vv": ["--yes", "-vv", "--diff"],
    "vvv": ["--yes", "-vvv", "--diff"],
    "no-batch": ["--yes", "-vvv", "--no-batch"],
    "debug": ["--yes", "--debug", "-vvv"],
    "debug-all": ["--yes", "--debug-all", "-vvv", "--diff"],
    "json": ["--yes", "--json", "-vvv", "--debug-all"],
    "dry": ["--dry", "-vvv", "--diff"],
    "dry-json": ["--dry", "--json", "--debug-all"],
    "debug-operations": ["--debug-operations", "-vvv"],
    "debug-facts": ["--debug-facts", "-vvv"],
}


@pytest.mark.parametrize("options", RUNS.values(), ids=RUNS)
def test_of_a_deploy_that_works(deployer, host, options):
    done = run_watched(deployer, host, *options, "inventory.py", "works.py")
    assert done.returncode == 0, done.stdout + done.stderr
    if "--yes" in options:
        for name in ("by-password", "by-key"):
            there = host.exec("cat", f"/srv/{name}/put", f"/srv/{name}/template").stdout
            assert there == f"{SECRETS['content']}\n{SECRETS['data']} {SECRETS['env']}\n"


@pytest.mark.parametrize("options", [RUNS[name] for name in ("debug-all", "json")], ids=str)
def test_of_a_deploy_that_fails(deployer, host, options):
    done = run_watched(deployer, host, *options, "inventory.py", "fails.py")
    assert done.returncode == 1, done.stdout + done.stderr


@pytest.mark.parametrize("options", [[], ["--debug-all", "-vvv"], ["--json"]], ids=str)
@pytest.mark.parametrize("name", ["raises", "template", "argument", "type", "call"])
def test_of_deploy_code_that_is_wrong(deployer, host, name, options):
    done = run_watched(deployer, host, "--yes", *options, "inventory.py", f"{name}.py")
    assert done.returncode == 1, done.stdout + done.stderr


SHIM = f"""#!/bin/sh
case $* in *{MARK}*) echo "${{0##*/}} $*" >> /seen/arguments;; esac
exec /usr/bin/${{0##*/}} "$@"
"""
TOOLS = ("awk", "grep", "sed")


@pytest.fixture
def tools_watched(host):
    """The tools that edit files say which arguments they got."""
    for name in TOOLS:
        (host.root / "usr/local/bin" / name).write_text(SHIM)
        host.exec("chmod", "755", f"/usr/local/bin/{name}")
    yield
    host.exec("rm", *(f"/usr/local/bin/{name}" for name in TOOLS))


@pytest.fixture
def to_edit(deployer, host):
    """The folders of files that are edited."""
    folders = [host.root / "srv" / name for name in ("by-password", "by-key")]
    for folder in folders:
        for name, text in BEFORE_EDITS.items():
            (folder / name).write_text(text.format(**TEXTS))
    return folders


@pytest.mark.parametrize(
    "options", [["--yes", "-vvv"], ["--yes", "--json"], ["--dry", "-vvv", "--diff"]], ids=str
)
@pytest.mark.usefixtures("to_edit")
def test_of_what_edits_show(deployer, options):
    done = deployer.run(*options, "inventory.py", "edits.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert MARK not in done.stdout + done.stderr


@pytest.mark.usefixtures("tools_watched")
def test_of_edits_in_process_lists(deployer, host, to_edit):
    done = run_watched(deployer, host, "--yes", "inventory.py", "edits.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert host.exec("sh", "-c", "cat /seen/arguments 2>/dev/null").stdout == ""
    for folder in to_edit:
        found = {name: (folder / name).read_text() for name in AFTER_EDITS}
        assert found == {name: text.format(**TEXTS) for name, text in AFTER_EDITS.items()}
    again = run_watched(deployer, host, "--yes", "-vvv", "inventory.py", "edits.py")
    assert "Changes: 0\n" in again.stdout, again.stdout


def test_of_the_inventory(deployer, host):
    for options in ([], ["--json"], ["-vvv", "--debug-all"]):
        done = run_watched(deployer, host, *options, "inventory.py", "debug-inventory")
        assert done.returncode == 0, done.stderr
        assert '"ssh_password": "*MASKED*"' in done.stdout
        assert '"token": "*MASKED*"' in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["exec", "--sudo", "--", "look"],
        ["fact", "server.User", "server.Command", "command=look", "_sudo=true"],
        ["server.shell", "look", "_sudo=true"],
    ],
    ids=lambda words: words[0],
)
def test_of_the_other_commands(deployer, host, words):
    options = ["--sudo"] if "--sudo" in words else []
    words = [word for word in words if word != "--sudo"]
    done = run_watched(deployer, host, "--yes", "--debug-all", "-vvv", *options, "inventory.py", *words)
    assert done.returncode == 0, done.stdout + done.stderr
