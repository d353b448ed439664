"""What operations need a host to have."""

from types import SimpleNamespace

import pytest
from pyinfra.api import OperationError
from pyinfra.operations.util.tools import check_tool


class Host:
    name = "web-1"

    def __init__(self, path):
        self.path = path
        self.asked = []

    def get_fact(self, _fact, **arguments):
        self.asked.append(arguments)
        return self.path


def test_a_missing_one_is_an_error_that_names_host_and_tool():
    with pytest.raises(OperationError, match="web-1 has no rc-service"):
        check_tool(SimpleNamespace(is_executing=True), Host(None), "rc-service")


def test_one_that_is_there_passes():
    host = Host("/sbin/rc-service")
    check_tool(SimpleNamespace(is_executing=True), host, "rc-service")
    assert host.asked == [{"tool": "rc-service"}]


def test_in_a_preview_it_may_still_be_installed():
    host = Host(None)
    check_tool(SimpleNamespace(is_executing=False), host, "rc-service")
    assert not host.asked
