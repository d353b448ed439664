"""A package from outside this repository is a plugin like any other; one that is broken harms itself alone."""

from __future__ import annotations

import json
import textwrap

import pytest

TAGS = ["[acme,", "web-server]"]


@pytest.fixture(scope="module")
def environment(make_venv, acme):
    return make_venv("pyinfra-cli", acme)


@pytest.fixture
def spoilt(environment, build_plugin):
    """Installs plugins beside those that work, and takes them away again."""
    installed = []

    def install(name, code, **how):
        wheel = build_plugin(name, code, **how)
        # Without dependencies: an installer would refuse those that can't be had.
        environment.install("--no-deps", wheel)
        installed.append(name)

    yield install
    environment.uninstall(*installed)


def assert_acme_works(environment, root):
    done = environment.pyinfra("--yes", "@local", "nginx.site", "shop", f"root={root}")
    assert done.returncode == 0, done.stderr
    assert (root / "sites-enabled" / "shop").exists()


def listed(environment, *options):
    done = environment.pyinfra("plugins", "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_is_listed(environment):
    found = {
        (plugin["type"], plugin["name"], plugin["version"], plugin["problem"])
        for plugin in listed(environment)
        if plugin["package"] == "acme-infra"
    }
    assert found == {
        ("operation", "nginx", "1.2.3", None),
        ("fact", "nginx", "1.2.3", None),
        ("connector", "acme", "1.2.3", None),
    }


def test_it_is_listed_for_people(environment):
    done = environment.pyinfra("plugins", "--tag", "web-server")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["operation", "nginx", "acme-infra", "1.2.3", "ok", *TAGS],
        ["fact", "nginx", "acme-infra", "1.2.3", "ok", *TAGS],
        ["connector", "acme", "acme-infra", "1.2.3", "ok", *TAGS],
    ]


def test_its_keywords_are_tags(environment):
    assert {plugin["package"] for plugin in listed(environment, "--tag", "acme")} == {"acme-infra"}
    assert listed(environment, "--tag", "nothing-has-this") == []


def test_its_connector_reaches_hosts(environment, tmp_path):
    done = environment.pyinfra("--yes", "@acme/x", "nginx.site", "shop", f"root={tmp_path}")
    assert done.returncode == 0, done.stderr
    assert "@acme/x" in done.stdout + done.stderr
    assert (tmp_path / "sites-enabled" / "shop").exists()


def test_its_operation_is_idempotent(environment, tmp_path):
    assert_acme_works(environment, tmp_path)
    again = environment.pyinfra("--yes", "@local", "nginx.site", "shop", f"root={tmp_path}")
    assert "Changes: 0" in again.stdout + again.stderr


def test_its_operation_goes_by_its_own_path_too(environment, tmp_path):
    done = environment.pyinfra(
        "--yes", "@local", "acme_infra.operations.nginx.site", "shop", f"root={tmp_path}"
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sites-enabled" / "shop").exists()


@pytest.mark.parametrize("name", ["nginx.Sites", "acme_infra.facts.nginx.Sites", "Sites"])
def test_its_fact_is_asked_by_name(environment, tmp_path, name):
    assert_acme_works(environment, tmp_path)
    done = environment.pyinfra("@local", "fact", name, f"root={tmp_path}")
    assert done.returncode == 0, done.stderr
    assert '"shop"' in done.stdout


@pytest.mark.parametrize(
    "imported",
    [
        "from pyinfra.operations import nginx",
        "import pyinfra.operations.nginx as nginx",
        "from acme_infra.operations import nginx",
        "import pyinfra.operations.nginx\nnginx = pyinfra.operations.nginx",
    ],
)
def test_a_deploy_uses_it(environment, tmp_path, imported):
    deploy = f"""
        from pyinfra import host
        from pyinfra.operations import python

        nginx.site(name="Enable", name_of_site="shop", root={str(tmp_path)!r})

        def tell():
            print("sites:", host.get_fact("nginx.Sites", root={str(tmp_path)!r}))

        python.call(name="Tell", function=tell)
    """
    file = tmp_path / "deploy.py"
    file.write_text(f"{imported}\n{textwrap.dedent(deploy)}")
    done = environment.pyinfra("--yes", "@local", file)
    assert done.returncode == 0, done.stderr
    assert "sites: ['shop']" in done.stdout


def test_it_is_one_module_by_both_names(environment):
    code = (
        "import sys, pyinfra.operations.nginx as one, acme_infra.operations.nginx as other\n"
        "from pyinfra.facts.nginx import Sites\n"
        "from acme_infra.facts.nginx import Sites as Same\n"
        "print(one is other, Sites is Same, sys.modules['pyinfra.operations.nginx'] is one)"
    )
    assert environment.run("python", "-c", code).stdout == "True True True\n"


def test_an_import_that_raises_is_named(environment, spoilt, tmp_path):
    spoilt("acme-broken", "raise RuntimeError('out of order')", plugin="broken", version="4.5")
    told = ("broken", "acme-broken", "4.5", "RuntimeError: out of order")
    (row,) = (plugin for plugin in listed(environment) if plugin["name"] == "broken")
    assert [word for word in told if word not in row["problem"]] == []
    (row,) = (plugin for plugin in listed(environment) if plugin["name"] == "acme")
    assert row["problem"] is None
    done = environment.pyinfra("@local", "broken.site", "x")
    assert done.returncode == 2
    assert [word for word in told if word not in done.stderr] == []
    assert "Traceback" not in done.stderr
    assert_acme_works(environment, tmp_path)


def test_an_import_of_what_is_missing_is_named(environment, spoilt, tmp_path):
    spoilt("acme-missing", "import a_library_that_nobody_has", plugin="lacking")
    done = environment.pyinfra("@local", "lacking.site", "x")
    assert done.returncode == 2
    for word in ("lacking", "acme-missing", "1.0", "a_library_that_nobody_has"):
        assert word in done.stderr
    assert "pip install" not in done.stderr
    assert_acme_works(environment, tmp_path)


def test_broken_hooks_break_no_run(environment, spoilt, tmp_path):
    spoilt("acme-hooks", "1/0", plugin="hooks", group="pyinfra.plugins")
    assert_acme_works(environment, tmp_path)
    done = environment.pyinfra("--yes", "@local", "nginx.site", "shop", f"root={tmp_path}")
    for word in ("hooks", "acme-hooks", "1.0", "ZeroDivisionError"):
        assert word in done.stdout + done.stderr


def test_a_broken_connector_is_named(environment, spoilt, tmp_path):
    spoilt("acme-lift", "raise OSError('stuck')", plugin="lift", group="pyinfra.connectors")
    done = environment.pyinfra("@lift/x", "exec", "--", "true")
    assert done.returncode != 0
    for word in ("lift", "acme-lift", "1.0", "OSError: stuck"):
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert_acme_works(environment, tmp_path)


def test_a_name_that_two_claim(environment, spoilt, tmp_path):
    spoilt("acme-first", "", plugin="twice", version="1.1")
    spoilt("acme-second", "", plugin="twice", version="2.2")
    done = environment.pyinfra("@local", "twice.site", "x")
    assert done.returncode == 2
    for word in ("pyinfra.operations.twice", "acme-first 1.1", "acme-second 2.2"):
        assert word in done.stderr
    code = "try: from pyinfra.operations import twice\nexcept ImportError as error: print(error)"
    done = environment.run("python", "-c", code)
    assert "acme-first 1.1" in done.stdout
    assert "acme-second 2.2" in done.stdout
    problems = {plugin["name"] for plugin in listed(environment) if plugin["problem"]}
    assert problems == {"twice"}
    assert_acme_works(environment, tmp_path)


def test_cores_own_names_are_not_taken(environment, spoilt, tmp_path):
    spoilt("acme-thief", "raise RuntimeError('taken')", plugin="python")
    deploy = tmp_path / "deploy.py"
    deploy.write_text(
        "from pyinfra.operations import python\npython.call(function=lambda: print('still ours'))\n"
    )
    done = environment.pyinfra("--yes", "@local", deploy)
    assert "still ours" in done.stdout, done.stderr


def test_one_for_another_core_is_refused(environment, spoilt, tmp_path):
    spoilt("acme-future", "", plugin="future", core="pyinfra-core>=99")
    done = environment.pyinfra("@local", "future.site", "x")
    assert done.returncode == 2
    for word in ("acme-future 1.0", "pyinfra-core>=99", "3.11.0"):
        assert word in done.stderr
    (row,) = (plugin for plugin in listed(environment) if plugin["name"] == "future")
    assert "pyinfra-core>=99" in row["problem"]
    assert_acme_works(environment, tmp_path)
