"""Packages by name."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, state
from pyinfra.api import OperationTypeError, OperationValueError, QuoteString, StringCommand, operation
from pyinfra.facts.npm import NpmPackages
from pyinfra.facts.util.quoting import quote_path
from pyinfra.operations.util.packaging import PkgInfo, ensure_packages
from pyinfra.operations.util.tools import check_tool
from pyinfra.operations.util.undoing import UndoingCommand


@operation()
def packages(
    packages: str | list[str] | None = None,
    present: bool = True,
    latest: bool = False,
    directory: str | None = None,
) -> Generator[StringCommand, None, None]:
    """Install, upgrade or remove packages of npm, globally or in a project.

    Args:
        packages: names of packages, or one, with their scope: `@angular/cli`. A version may follow: `typescript@5.3.3`;
            a tag or a range (`typescript@latest`, `typescript@^5`) is installed where the package is not there.
        present: whether they must be installed; else they must not be.
        latest: whether those that are installed must be upgraded, each time.
        directory: the folder of a project, whose `package.json` npm then keeps; global by default.

    Raises:
        OperationError: the host has no npm.
        OperationTypeError: a name or the folder is no str.
        OperationValueError: the folder or a name is empty, or npm would take it for an option, a path or a URL.

    **Example:**

    ```python
    from pyinfra.operations import npm

    npm.packages(
        name="Install the TypeScript compiler for all",
        packages=["typescript@5.3.3"],
        _sudo=True,
    )
    ```
    """
    wanted = _checked(packages)
    if directory is not None and not isinstance(directory, str):
        raise OperationTypeError(f"directory must be the path of a folder, not {directory!r}")
    if directory == "":
        raise OperationValueError("directory must be the path of a folder, not ''")
    installed = host.get_fact(NpmPackages, directory=directory)
    if wanted and not installed:
        check_tool(state, host, "npm")
    wanted = [_as_is(package, installed, present) for package in wanted]
    commands = ensure_packages(
        host,
        wanted,
        installed,
        present,
        _npm("install", directory),
        _npm("uninstall", directory),
        latest=latest,
        upgrade_command=_npm("update", directory),
        version_join="@",
    )
    touched = [
        package.name
        for package in wanted
        if (package.version not in installed.get(package.name, []) and (package.has_version or latest))
        or package.name not in installed
    ]
    for command in commands:
        yield _whole(command, touched, directory) if present else command


def _whole(command: StringCommand, names: list[str], directory: str | None) -> StringCommand:
    """Have an npm that is killed, as where memory runs out, not leave packages listed of which files are missing.

    Where it fails by itself, it takes back what it did.
    """
    remove = StringCommand(_npm("uninstall --no-save", directory), *map(QuoteString, names), "> /dev/null")
    return UndoingCommand(command, StringCommand('[ "$__status" -le 128 ] || (', remove, ")"))


def _npm(action: str, directory: str | None) -> StringCommand:
    if directory is None:
        return StringCommand(f"npm {action} -g")
    return StringCommand("cd", quote_path(directory), f"&& npm {action}")


def _checked(packages: str | list[str] | None) -> list[PkgInfo]:
    names = [packages] if isinstance(packages, str) else list(packages or [])
    for name in names:
        if not isinstance(name, str):
            raise OperationTypeError(f"packages must be names, not {name!r}")
        bare = name.removeprefix("@")
        slashes = 1 if name.startswith("@") else 0
        if (
            not name.strip("@")
            or name.startswith(("-", ".", "/", "~"))
            or ":" in name
            or bare.count("/") != slashes
        ):
            raise OperationValueError(
                f"packages has {name!r}, which is no name of a package: write name, name@version or @scope/name"
            )
    return [PkgInfo.from_possible_pair(name, "@") for name in names]


def _as_is(package: PkgInfo, installed: dict[str, list[str]], present: bool) -> PkgInfo:
    """Take a tag or a range of versions for what is installed: npm alone could tell, and would ask its registry.

    What is removed is named without its version: npm removes nothing else, and says that all is well.
    """
    versions = installed.get(package.name, [])
    is_other = package.version[:1].isdigit() and (present or package.version not in versions)
    if package.version and versions and not is_other:
        return PkgInfo(package.name, "", "@", "")
    return package
