"""The face of the package: what is there, and what test suites replace on it."""

from io import StringIO
from unittest import mock

from pyinfra.api import StringCommand
from pyinfra.operations import files
from pyinfra.operations.util import files as helpers
from pyinfra_testkit.fakes import on_fake_host


def commands(operation, facts, **kwargs):
    with on_fake_host(facts):
        return [
            command.get_raw_value() if isinstance(command, StringCommand) else repr(command)
            for command in operation._inner(**kwargs)
        ]


def test_public_names_show_no_private_module():
    operations = [getattr(files, name) for name in files.__all__ if hasattr(getattr(files, name), "_inner")]
    assert {operation.op_name for operation in operations} == {
        f"files.{name}" for name in files.__all__ if name != "LocalFileError"
    }


def test_a_replaced_timestamp_takes_effect():
    with mock.patch.object(files, "get_timestamp", return_value="then"):
        assert (
            commands(files.file, {"files.File": {"path=x": False}}, path="x", force=True)[0] == "mv x x.then"
        )
    found = {
        "files.FindInFile": {"extended_regex=False, interpolate_variables=False, path=x, pattern=a": ["a"]}
    }
    with mock.patch.object(helpers, "get_timestamp", return_value="then"):
        assert commands(files.replace, found, path="x", text="a", replace="b", backup=True) == [
            "sed -i.then 's/a/b/' x"
        ]


def test_a_replaced_file_system_takes_effect():
    facts = {"files.File": {"path=x": None}, "files.Directory": {"path=x": None}}
    with mock.patch("pyinfra.operations.files.os.path.isfile", return_value=True):
        assert commands(files.put, facts, src="/no/such", dest="x") == ["FileUploadCommand(/no/such, x)"]
    facts = {"files.File": {"path=x": {"mode": 644}}, "files.Sha1File": {"path=x": "?"}}
    with (
        mock.patch("pyinfra.operations.files.os.path.isfile", return_value=True),
        mock.patch("pyinfra.api.util.open", return_value=StringIO("text"), create=True),
    ):
        assert commands(files.get, facts, src="x", dest="/no/such") == ["FileDownloadCommand(x, /no/such)"]
