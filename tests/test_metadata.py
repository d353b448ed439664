"""pyinfra-metadata.toml, entry points, keywords and the tree say the same, whichever is asked about the others."""

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pyinfra.plugins import known

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
GROUPS = {"pyinfra.operations": "operation", "pyinfra.facts": "fact", "pyinfra.connectors": "connector"}
# What core has beside its own plugins for those of others to stand on.
FOUNDATIONS = {"operations/util", "facts/util", "connectors/base", "connectors/util"}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

metadata = tomllib.loads((ROOT / "pyinfra-metadata.toml").read_text(encoding="utf-8"))
plugins = metadata["pyinfra"]["plugins"]
projects = {
    path.parent: tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    for path in sorted(ROOT.glob("packages/*/pyproject.toml"))
}


def validator():
    schema = json.loads(files("pyinfra.plugins").joinpath("metadata.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def module_path(folder, module):
    found = folder / "src" / Path(*module.split("."))
    return found if found.is_dir() else found.with_suffix(".py")


def entry_points():
    for folder, project in projects.items():
        for group, kind in GROUPS.items():
            for name, value in project.get("entry-points", {}).get(group, {}).items():
                path = module_path(folder, value.partition(":")[0])
                yield kind, name, path.relative_to(ROOT).as_posix()


def modules():
    for folder in projects:
        for kind in ("operations", "facts", "connectors"):
            for path in (folder / "src" / "pyinfra" / kind).glob("[!_]*"):
                if f"{kind}/{path.stem}" not in FOUNDATIONS and (path.is_dir() or path.suffix == ".py"):
                    yield path.relative_to(ROOT).as_posix()


def tags_of(folder):
    place = folder.relative_to(ROOT).as_posix() + "/"
    return {tag for plugin in plugins.values() if plugin["path"].startswith(place) for tag in plugin["tags"]}


def test_the_file_fits_its_schema():
    assert [error.message for error in validator().iter_errors(metadata)] == []


@pytest.mark.parametrize(
    "change",
    [
        {"type": "module"},
        {"tags": []},
        {"tags": ["system", "system"]},
        {"tags": ["misc"]},
        {"name": "Apt"},
        {"path": "/packages/ops-apt"},
        {"author": "me"},
    ],
)
def test_the_schema_refuses(change):
    plugin = {"name": "apt", "type": "fact", "path": "packages/ops-apt", "tags": ["system"], **change}
    assert not validator().is_valid({"pyinfra": {"plugins": {"apt-facts": plugin}}})


def test_metadata_and_entry_points_agree():
    listed = sorted((plugin["type"], plugin["name"], plugin["path"]) for plugin in plugins.values())
    assert listed == sorted(entry_points())


def test_metadata_and_the_tree_agree():
    assert sorted(plugin["path"] for plugin in plugins.values()) == sorted(modules())


@pytest.mark.parametrize(
    "folder", [folder for folder in projects if tags_of(folder)], ids=lambda folder: folder.name
)
def test_keywords_are_the_tags_of_the_plugins(folder):
    keywords = projects[folder].get("keywords", [])
    assert sorted(word for word in keywords if SLUG.fullmatch(word)) == sorted(tags_of(folder))


def test_what_core_knows_of_packages_is_made_from_the_metadata():
    made = subprocess.run(
        [sys.executable, ROOT / "tools" / "known.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")


def test_what_core_knows_of_packages_is_so():
    distributions = {
        folder.relative_to(ROOT).as_posix(): project["name"] for folder, project in projects.items()
    }
    listed = {
        (plugin["type"], plugin["name"], distributions["/".join(plugin["path"].split("/")[:2])])
        for plugin in plugins.values()
    }
    assert listed == {
        (kind.removesuffix("s"), name, distribution)
        for kind, names in known.PACKAGES.items()
        for name, distribution in names.items()
    }
    assert {
        project["name"]: sorted(tags_of(folder)) for folder, project in projects.items() if tags_of(folder)
    } == {distribution: sorted(tags) for distribution, tags in known.TAGS.items()}


def test_each_plugin_can_be_typed():
    folders = [ROOT / plugin["path"] for plugin in plugins.values() if (ROOT / plugin["path"]).is_dir()]
    assert [str(folder) for folder in folders if not (folder / "py.typed").is_file()] == []


def test_each_package_has_the_license():
    text = (ROOT / "LICENSE").read_text()
    without = [folder.name for folder in projects if not (folder / "LICENSE").is_file()]
    assert without == []
    assert [folder.name for folder in projects if (folder / "LICENSE").read_text() != text] == []


def test_only_core_ships_what_packages_share():
    shared = {f"src/pyinfra/{name}__init__.py" for name in ("", "operations/", "facts/", "connectors/")}
    second = [
        str(folder / name)
        for folder, project in projects.items()
        for name in shared
        if project["name"] != "pyinfra-core" and (folder / name).exists()
    ]
    assert second == []
