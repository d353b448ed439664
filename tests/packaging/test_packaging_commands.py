"""What the command line tells of plugins, installed as users install them: lists, documentation, completion."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from .conftest import ROOT, environment

# Each prints what the shell would offer for the words in its arguments, of which the last is incomplete.
BASH = """
eval "$(pyinfra completion bash)"
complete -p pyinfra >/dev/null || exit
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_pyinfra_completion pyinfra
printf '%s\\n' "${COMPREPLY[@]}"
"""
# The functions of zsh's own completion system that the script calls; it runs in them alone.
ZSH = """
compdef() { [[ $* == "_pyinfra_completion pyinfra" ]] || exit }
compadd() { print -rl -- "${(@P)@[-1]}" }
_describe() { print -rl -- "${(@P)3%%:*}" }
eval "$(pyinfra completion zsh)"
words=("$@") CURRENT=$#
_pyinfra_completion
"""
FISH = """
pyinfra completion fish | source
complete --do-complete "$argv" | string replace --regex '\\t.*' ''
"""
# What that comes to, where there is no fish: the script gives the line up to the cursor, and the word there.
AS_FISH = """
COMP_WORDS=$1 COMP_CWORD=${1##* } _PYINFRA_COMPLETE=fish_complete pyinfra | sed 's/^plain,//; s/\t.*//'
"""
SHELLS = {
    "bash": ("bash", "--norc", "-c", BASH, "bash"),
    "zsh": ("zsh", "-f", "-c", ZSH, "zsh"),
    "fish": ("fish", "--no-config", "-c", FISH) if shutil.which("fish") else ("sh", "-c", AS_FISH, "sh"),
}


@pytest.fixture(scope="module")
def installed(make_venv, acme):
    return make_venv("pyinfra==3.11.0", acme)


def told(installed, *words):
    done = installed.pyinfra(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_all_is_listed_and_well(installed):
    rows = json.loads(told(installed, "plugins", "list", "--json"))
    assert {row["state"] for row in rows} == {"ok"}
    assert {row["package"] for row in rows} >= {"pyinfra-core", "pyinfra-ops-apt", "acme-infra"}
    assert told(installed, "plugins", "check") == f"{len(rows)} plugins, 0 problems\n"


def test_tags_and_types(installed):
    tagged = json.loads(
        told(installed, "plugins", "list", "--json", "--tag", "package-manager", "--type", "fact")
    )
    assert {"apt", "deb"} <= {row["name"] for row in tagged}
    assert {row["type"] for row in tagged} == {"fact"}


def test_what_a_plugin_has(installed):
    text = told(installed, "plugins", "show", "apt")
    assert "apt.packages(packages: str | list[str] | None = None, present: bool = True" in text
    assert "apt.AptSources()" in text
    assert "documentation of each: pyinfra docs apt.NAME" in text
    (come_from,) = re.findall(r"  from (\S+operations/apt/__init__\.py)", text)
    assert come_from == str(installed.packages / "pyinfra/operations/apt/__init__.py")
    assert not come_from.startswith(str(ROOT))


def test_where_a_plugin_is_documented(installed):
    assert "  Documentation: https://acme.example/infra\n" in told(installed, "plugins", "show", "nginx")


def test_a_search(installed):
    assert re.search(
        r"^operation +systemd +pyinfra-ops-systemd ", told(installed, "plugins", "search", "boot"), re.M
    )
    assert "acme-infra" in told(installed, "plugins", "search", "nginx")
    nothing = installed.pyinfra("plugins", "search", "no such thing")
    assert (nothing.returncode, nothing.stdout) == (1, "")


def test_a_fault_is_an_exit_code(installed, build_plugin):
    installed.install("--no-deps", build_plugin("acme-odd", "1/0", plugin="odd"))
    try:
        done = installed.pyinfra("plugins", "check")
    finally:
        installed.uninstall("acme-odd")
    assert done.returncode == 1
    assert "acme-odd 1.0" in done.stdout
    assert "ZeroDivisionError" in done.stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("apt.packages", "Install, upgrade or remove packages"),
        ("files.File", "files.File(path: str)"),
        ("nginx.site", "nginx.site(name_of_site"),
    ],
)
def test_documentation_in_the_terminal(installed, name, says):
    text = told(installed, "docs", name)
    assert text.startswith(f"{name}(")
    assert says in text


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("pyinfra plu", ["plugins"]),
        ("pyinfra @loc", ["@local"]),
        ("pyinfra @local apt.pac", ["apt.packages"]),
        ("pyinfra @local apt.packages no_", ["no_recommends="]),
        ("pyinfra @local nginx.", ["nginx.site"]),
        ("pyinfra @local fact server.Os", ["server.Os", "server.OsRelease", "server.OsVersion"]),
        ("pyinfra @local fact files.File pa", ["path="]),
    ],
)
def test_completion(installed, shell, line, offered):
    if shutil.which(SHELLS[shell][0]) is None:
        pytest.skip(f"{shell} is not installed")
    variables = environment()
    done = subprocess.run(
        [*SHELLS[shell], *([line] if shell == "fish" else line.split(" "))],
        cwd=installed.path,
        env={**variables, "PATH": f"{installed.path}/bin:{variables['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (sorted(done.stdout.split()), done.stderr) == (sorted(offered), "")
