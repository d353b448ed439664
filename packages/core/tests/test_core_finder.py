"""Imports of `pyinfra.operations.x` and its kin, in every form, wherever the module lies."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from distributions import install, registry_of
from pyinfra._finder import PluginFinder, install_finder
from pyinfra.api.exceptions import PluginError, PluginNotInstalledError
from pyinfra.plugins import Registry
from pyinfra.plugins import _registry as registry_module

FORMS: dict[str, Callable[[str, str], str]] = {
    "import": lambda kind, name: f"import pyinfra.{kind}.{name}; found = pyinfra.{kind}.{name}",
    "import as": lambda kind, name: f"import pyinfra.{kind}.{name} as found",
    "from": lambda kind, name: f"from pyinfra.{kind} import {name} as found",
    "from module": lambda kind, name: f"from pyinfra.{kind}.{name} import value; found = value.module",
    "import_module": lambda kind, name: (
        f"import importlib; found = importlib.import_module('pyinfra.{kind}.{name}')"
    ),
    "relative": lambda kind, name: (
        f"import importlib; found = importlib.import_module('.{name}', 'pyinfra.{kind}')"
    ),
}
KINDS = ("operations", "facts", "connectors")


def do(form: str, kind: str, name: str) -> Any:
    names: dict[str, Any] = {}
    exec(FORMS[form](kind, name), names)
    return names["found"]


@pytest.fixture
def use(site: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Registry]:
    """Have core know what is installed in the site, and nothing else."""

    def use() -> Registry:
        found = registry_of(site)
        monkeypatch.setattr(registry_module, "registry", found)
        monkeypatch.setattr("pyinfra.plugins.registry", found)
        return found

    return use


MODULE = "import sys\nclass value:\n    module = sys.modules[__name__]\n"


class TestAlias:
    @pytest.fixture(autouse=True)
    def installed(self, site: Path, use: Callable[[], Registry]) -> None:
        package = site / "acme_infra"
        (package / "parts").mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "parts" / "__init__.py").write_text(f"{MODULE}from ._site import Site\n")
        (package / "parts" / "_site.py").write_text("class Site: pass\n")
        (package / "single.py").write_text(MODULE)
        points = {"acme_parts": "acme_infra.parts", "acme_single": "acme_infra.single"}
        install(site, "acme", {"operations": points, "facts": points})
        use()

    @pytest.mark.parametrize("name", ["single", "parts"])
    @pytest.mark.parametrize("kind", ["operations", "facts"])
    @pytest.mark.parametrize("form", FORMS)
    def test_is_the_module_itself_in_every_form(self, form, kind, name):
        found = do(form, kind, f"acme_{name}")
        assert found is importlib.import_module(f"acme_infra.{name}")
        assert found is sys.modules[f"pyinfra.{kind}.acme_{name}"]
        assert found is getattr(sys.modules[f"pyinfra.{kind}"], f"acme_{name}")

    @pytest.mark.parametrize("first", ["own", "alias"])
    def test_the_module_keeps_what_it_is(self, first):
        if first == "own":
            importlib.import_module("acme_infra.parts")
        found = do("import", "operations", "acme_parts")
        assert (found.__name__, found.__package__) == ("acme_infra.parts", "acme_infra.parts")
        assert found.__spec__.name == "acme_infra.parts"
        assert found.__spec__.origin == found.__file__

    @pytest.mark.parametrize("first", ["acme_infra.parts._site", "pyinfra.operations.acme_parts._site"])
    def test_so_are_the_modules_within_it(self, first):
        """A second copy would have second classes: no `isinstance` and no fact would hold across the names."""
        importlib.import_module(first)
        own = importlib.import_module("acme_infra.parts._site")
        assert importlib.import_module("pyinfra.operations.acme_parts._site") is own
        assert importlib.import_module("pyinfra.facts.acme_parts._site").Site is own.Site
        assert do("import", "operations", "acme_parts").Site is own.Site
        assert own.__spec__.name == "acme_infra.parts._site"

    def test_what_is_not_within_it_is_no_plugin(self):
        with pytest.raises(ModuleNotFoundError, match="_nothing") as caught:
            importlib.import_module("pyinfra.operations.acme_parts._nothing")
        assert not isinstance(caught.value, PluginError)

    def test_a_module_may_import_itself_by_our_name(self, site: Path):
        (site / "acme_infra" / "single.py").write_text(
            f"{MODULE}from pyinfra.operations import acme_single as again\n"
        )
        assert do("from", "operations", "acme_single").again is sys.modules["acme_infra.single"]

    def test_the_targets_own_error_is_told(self, site: Path):
        (site / "acme_infra" / "single.py").write_text("raise ValueError('no luck')\n")
        for _ in range(2):
            with pytest.raises(ValueError, match="no luck"):
                do("import", "operations", "acme_single")
        assert "pyinfra.operations.acme_single" not in sys.modules

    def test_one_that_would_end_the_process_is_an_error_that_names_it(self, site: Path):
        (site / "acme_infra" / "single.py").write_text("raise SystemExit('bye')\n")
        with pytest.raises(
            ImportError,
            match=r"^operations 'acme_single' of acme 1\.0 can't be loaded: SystemExit: bye; .*uninstall acme$",
        ):
            do("import", "operations", "acme_single")


class TestOnDisk:
    def test_a_module_needs_no_entry_point(self, site: Path, use, monkeypatch):
        folder = site / "pyinfra" / "operations"
        folder.mkdir(parents=True)
        (folder / "acme_plain.py").write_text(MODULE)
        use()
        package = sys.modules["pyinfra.operations"]
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
        assert do("from", "operations", "acme_plain").__file__ == str(folder / "acme_plain.py")

    def test_one_that_two_claim_is_refused_though_it_is_there(self, site: Path, use, monkeypatch):
        folder = site / "pyinfra" / "operations"
        folder.mkdir(parents=True)
        (folder / "acme_plain.py").write_text(MODULE)
        install(site, "acme", {"operations": {"acme_plain": "pyinfra.operations.acme_plain"}})
        install(site, "other", {"operations": {"acme_plain": "other.plain"}})
        use()
        package = sys.modules["pyinfra.operations"]
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
        with pytest.raises(
            ModuleNotFoundError, match=r"is provided by (acme|other) 1\.0 and (acme|other) 1\.0: "
        ):
            do("from", "operations", "acme_plain")

    def test_a_connectors_module_is_the_one_that_has_its_class(self, site: Path, use):
        (site / "acme_far.py").write_text(MODULE)
        install(site, "acme", {"connectors": {"acme_far": "acme_far:value"}})
        use()
        assert do("import", "connectors", "acme_far") is sys.modules["acme_far"]

    def test_a_connectors_class_may_lie_within_its_module(self, site: Path, use, monkeypatch):
        folder = site / "pyinfra" / "connectors" / "acme_near"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(MODULE)
        (folder / "parts.py").write_text(MODULE)
        install(site, "acme", {"connectors": {"acme_near": "pyinfra.connectors.acme_near.parts:value"}})
        use()
        package = sys.modules["pyinfra.connectors"]
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder.parent)])
        assert do("import", "connectors", "acme_near").__file__ == str(folder / "__init__.py")


class TestMissing:
    @pytest.fixture(autouse=True)
    def nothing(self, use):
        use()

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("form", FORMS)
    def test_is_an_error_that_says_so_in_every_form(self, form, kind):
        with pytest.raises(
            ModuleNotFoundError, match=rf"^pyinfra\.{kind}\.acme_none is not installed"
        ) as caught:
            do(form, kind, "acme_none")
        assert isinstance(caught.value, PluginNotInstalledError)

    def test_says_what_to_install(self):
        with pytest.raises(
            ImportError, match=r"^pyinfra\.operations\.chocolat is not installed, and no plugin of that name"
        ):
            do("from", "operations", "chocolat")
        with pytest.raises(
            ImportError, match=r"operations\.launchd is not installed: pip install pyinfra-ops-init"
        ):
            PluginFinder().find_spec("pyinfra.operations.launchd", [])

    def test_several_names_of_one_import(self):
        with pytest.raises(ModuleNotFoundError, match=r"operations\.acme_none is not installed"):
            exec("from pyinfra.operations import python, acme_none", {})

    def test_a_try_around_it_catches_it(self):
        names: dict[str, Any] = {}
        exec(
            "try:\n    from pyinfra.operations import acme_none\nexcept ImportError:\n    found = None", names
        )
        assert names["found"] is None

    def test_one_that_does_not_fit_says_so(self, site: Path, use):
        (site / "acme_new.py").touch()
        install(site, "acme", {"facts": {"acme_new": "acme_new"}}, requires=["pyinfra-core>=99"])
        use()
        with pytest.raises(ModuleNotFoundError, match=r"^acme 1\.0 needs pyinfra-core>=99, installed is"):
            do("import", "facts", "acme_new")


class TestOthersImports:
    @pytest.mark.parametrize(
        "name",
        [
            "pyinfra",
            "pyinfra.api",
            "pyinfra.operations",
            "pyinfra.operations.util",
            "pyinfra.operations.util.files",
            "pyinfra.operations._private",
            "pyinfra.facts.util",
            "pyinfra.connectors.base",
            "pyinfra_cli.operations.x",
            "other.operations.x",
        ],
    )
    def test_are_left_alone(self, name):
        assert PluginFinder().find_spec(name, []) is None

    def test_the_finder_stands_there_once(self):
        before = list(sys.meta_path)
        install_finder()
        assert sys.meta_path == before
        assert sum(isinstance(finder, PluginFinder) for finder in before) == 1
