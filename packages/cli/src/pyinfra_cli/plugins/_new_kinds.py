"""The kinds of packages that `pyinfra plugins new` writes, and the files of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parent / "_new_templates"

_COMMON = {
    ".gitignore": "common/gitignore",
    "pyproject.toml": "common/pyproject.toml",
    "src/$package/__init__.py": "common/init.py",
}
_REAL_HOSTS = "\nTests on real ssh hosts need Linux and root; elsewhere they are skipped, and say why.\n"
_CASES = "tests/cases"


@dataclass(frozen=True)
class Kind:
    """A kind of package.

    Attributes:
        prefix: what stands between `pyinfra-` and the subject in the distribution's name.
        description: what the distribution says it is.
        points: what each entry point group has the name stand for.
        tested_with: what the tests need.
        files: the template of each file; in both, `$name` stands for what `variables` of the package say.
    """

    prefix: str
    description: str
    points: Mapping[str, str]
    tested_with: Sequence[str]
    files: Mapping[str, str]


_FACTS = {
    "src/$package/facts/__init__.py": "operation/facts_init.py",
}

KINDS = {
    "operation": Kind(
        "ops",
        "Operations and facts of $subject for pyinfra.",
        {
            "operations": "$package.operations.$module",
            "facts": "$package.facts.$module",
        },
        ("testkit", "connector-ssh"),
        {
            **_COMMON,
            **_FACTS,
            "README.md": "operation/README.md",
            "src/$package/facts/$module.py": "operation/fact.py",
            "src/$package/operations/__init__.py": "operation/operations_init.py",
            "src/$package/operations/$module.py": "operation/operation.py",
            "tests/test_cases.py": "operation/test_cases.py",
            "tests/test_hosts.py": "operation/test_hosts.py",
            f"{_CASES}/facts/$module.Setting/set.yaml": "operation/case_fact_set.yaml",
            f"{_CASES}/facts/$module.Setting/missing.yaml": "operation/case_fact_missing.yaml",
            f"{_CASES}/operations/$module.setting/set.yaml": "operation/case_set.yaml",
            f"{_CASES}/operations/$module.setting/is_set.yaml": "operation/case_is_set.yaml",
            f"{_CASES}/operations/$module.setting/remove.yaml": "operation/case_remove.yaml",
            f"{_CASES}/operations/$module.setting/no_name.yaml": "operation/case_no_name.yaml",
        },
    ),
    "fact": Kind(
        "facts",
        "Facts of $subject for pyinfra.",
        {"facts": "$package.facts.$module"},
        ("testkit", "connector-ssh"),
        {
            **_COMMON,
            **_FACTS,
            "README.md": "fact/README.md",
            "src/$package/facts/$module.py": "fact/fact.py",
            "tests/test_cases.py": "fact/test_cases.py",
            "tests/test_hosts.py": "fact/test_hosts.py",
            f"{_CASES}/facts/$module.Version/installed.yaml": "fact/case_installed.yaml",
            f"{_CASES}/facts/$module.Version/no_version.yaml": "fact/case_no_version.yaml",
        },
    ),
    "connector": Kind(
        "connector",
        "A connector for pyinfra that reaches hosts by $subject.",
        {"connectors": "$package.connector:${Class}Connector"},
        ("testkit",),
        {
            **_COMMON,
            "README.md": "connector/README.md",
            "src/$package/connector.py": "connector/connector.py",
            "tests/test_connector.py": "connector/test_connector.py",
        },
    ),
    "hooks": Kind(
        "hooks",
        "A report of pyinfra runs in the format $module.",
        {"plugins": "$package.hooks"},
        ("testkit", "cli"),
        {
            **_COMMON,
            "README.md": "hooks/README.md",
            "src/$package/hooks.py": "hooks/hooks.py",
            "tests/test_hooks.py": "hooks/test_hooks.py",
        },
    ),
}


def files_of(kind: Kind, variables: Mapping[str, str]) -> dict[str, str]:
    """Give a package's files.

    Args:
        kind: its kind.
        variables: what `$name` stands for: subject, module, distribution, package, Class.

    Returns:
        The text of each file, by its path below the package's folder.
    """
    known = dict(variables)
    known["description"] = _fill(kind.description, known)
    known["entry_points"] = _fill(
        "".join(
            f'[project.entry-points."pyinfra.{group}"]\n$module = "{target}"\n\n'
            for group, target in kind.points.items()
        ),
        known,
    )
    known["test_requirements"] = ", ".join(f'"pyinfra-{name}>=3.11,<4"' for name in kind.tested_with)
    known["testing"] = _REAL_HOSTS if "connector-ssh" in kind.tested_with else ""
    files = {_fill(path, known): _fill(_read(template), known) for path, template in kind.files.items()}
    files["README.md"] += _fill(_read("common/readme_end.md"), known)
    files[_fill("src/$package/py.typed", known)] = ""
    return files


def _read(template: str) -> str:
    return (TEMPLATES / f"{template}.tmpl").read_text(encoding="utf-8")


def _fill(text: str, variables: Mapping[str, str]) -> str:
    return Template(text).substitute(variables)
