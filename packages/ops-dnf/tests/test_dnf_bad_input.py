"""What can't be done is refused before the host is asked, in the words of the operation that was called."""

from __future__ import annotations

import pytest
from pyinfra.api import OperationError
from pyinfra.operations import dnf, yum
from pyinfra_testkit.fakes import on_fake_host

REFUSED = [
    ("packages", {"packages": 3}, "packages must be names of packages"),
    ("packages", {"packages": ["a", ""]}, "packages must be names of packages"),
    ("packages", {"packages": ["a", 1]}, "packages must be names of packages"),
    ("packages", {"packages": "a", "latest": True, "present": False}, "latest=True"),
    ("packages", {"packages": "a", "extra_uninstall_args": "'"}, "extra_uninstall_args"),
    ("repo", {"src": 3}, "src must be a repository's ID"),
    ("repo", {"src": ""}, "src must be a URL, or a repository's ID"),
    ("repo", {"src": "../x", "baseurl": "http://a"}, "src must be a URL, or a repository's ID"),
    ("repo", {"src": "x"}, "baseurl"),
    ("repo", {"src": "x", "baseurl": 3}, "baseurl must be the URL of packages"),
    (
        "repo",
        {"src": "x", "baseurl": "http://a\ngpgcheck=0"},
        "baseurl of the repository 'x' must be one line",
    ),
    ("repo", {"src": "x", "baseurl": "http://a", "description": "a\nb=c"}, "must be one line, not 'a\\nb=c'"),
    ("rpm", {"src": 3}, "src must be the path or URL"),
    ("rpm", {"src": " "}, "src must be the path or URL"),
    ("key", {"src": 3}, "src must be the path or URL of a key"),
    ("key", {"src": "--help"}, "src must be the path or URL of a key"),
]
OF_DNF_ALONE = [
    ("module", {"module": ""}, "module"),
    ("module", {"module": 3}, "module"),
    ("module", {"module": "a", "stream": ""}, "stream"),
]


def refuse(operation, arguments, error):
    with on_fake_host({}), pytest.raises(OperationError) as raised:
        list(operation._inner(**arguments))
    assert error in str(raised.value)


@pytest.mark.parametrize("module", [dnf, yum], ids=["dnf", "yum"])
@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    REFUSED,
    ids=[f"{name}-{number}" for number, (name, *_) in enumerate(REFUSED)],
)
def test_arguments_that_make_no_sense_are_refused(module, name, arguments, error):
    refuse(getattr(module, name), arguments, error)


@pytest.mark.parametrize(("name", "arguments", "error"), OF_DNF_ALONE)
def test_modules_without_a_name_are_refused(name, arguments, error):
    refuse(getattr(dnf, name), arguments, error)
