"""Deploys on this machine, checked on its file system."""

from io import BytesIO, StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyinfra.api import MaskString
from pyinfra.api.output import set_echo
from pyinfra.operations import files
from pyinfra_testkit.deploys import assert_idempotent, run_deploy

NAMES = [
    "plain",
    "with space ",
    "quo'te",
    'dq"x',
    "new\nline",
    "é-日本",
    "-dash",
    "back\\slash",
    "$HOME",
    "*",
    "a;b",
    "%s",
]
LINES = [
    "a.b*c",
    "x[y",
    "(p)",
    "q? {2}+",
    "back\\slash",
    "end$",
    "^start",
    "'s' \"d\"",
    "$HOME `id`",
    "a|b",
    "-n",
    "/&/",
]
LINES += ["é\ttab", "  lead trail  ", "a\\nb", "*", "\\", "\\(", "[[:digit:]]", "]", "%s", "<b>"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name(name, tmp_path):
    def deploy():
        files.directory(f"{tmp_path}/d/{name}", mode="750")
        files.file(f"{tmp_path}/f/{name}", mode="u=rw,go=")
        files.link(f"{tmp_path}/s/{name}", f"../f/{name}")
        files.link(f"{tmp_path}/h/{name}", f"{tmp_path}/f/{name}", symbolic=False)
        files.put(StringIO("x\n"), f"{tmp_path}/p/{name}", mode=600, mtime="2020-01-02T03:04:05.6Z")
        files.line(f"{tmp_path}/p/{name}.line", "x y", backup=True)
        files.block(f"{tmp_path}/p/{name}.block", "x")

    assert_idempotent("@local", deploy)
    assert (tmp_path / "d" / name).stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "f" / name).stat().st_mode & 0o777 == 0o600
    assert str((tmp_path / "s" / name).readlink()) == f"../f/{name}"
    assert (tmp_path / "h" / name).samefile(tmp_path / "f" / name)
    assert (tmp_path / "p" / name).read_text() == "x\n"
    assert (tmp_path / "p" / name).stat().st_mtime == 1577934245.6
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == sorted(
        [name, f"{name}.block", f"{name}.line"]
    )


@settings(
    max_examples=settings.default.max_examples // 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(line=st.one_of(st.sampled_from(LINES), st.text("ab.*[](){}+?|^$\\/&'\"`-n ", min_size=1, max_size=10)))
def test_any_line(line, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lines")
    (folder / "replaced").write_text("one\nold\ntwo\n")

    def deploy():
        files.line(f"{folder}/added", line)
        files.line(f"{folder}/escaped", line, escape_regex_characters=True)
        files.line(f"{folder}/extended", line, escape_regex_characters=True, extended_regex=True)
        files.line(f"{folder}/replaced", "^old$", replace=line)
        files.line(f"{folder}/nothing-to-replace", "^old$", replace=line)
        files.block(f"{folder}/block", [line, "x"], marker=f"## {{mark}} {line}!")

    assert_idempotent("@local", deploy)
    for name in ("escaped", "extended", "nothing-to-replace"):
        assert (folder / name).read_text() == f"{line}\n"
    if "\\" not in line or not any(digit in line for digit in "123456789"):
        assert (folder / "replaced").read_text() == f"one\n{line}\ntwo\n"
    assert (folder / "block").read_text() == f"## BEGIN {line}!\n{line}\nx\n## END {line}!\n"


def test_blocks_in_their_places(tmp_path):
    conf = tmp_path / "conf"
    conf.write_text("top\nmiddle/1\nend\n")
    conf.chmod(0o640)

    def deploy():
        files.block(f"{conf}", "a", line="middle/1", before=True, marker="# {mark} A")
        files.block(f"{conf}", "b", line="^middle", after=True, marker="# {mark} B")
        files.block(f"{conf}", "c", before=True, after=True, marker="# {mark} C")
        files.block(f"{conf}", "d\ne\n", marker="# {mark} D")

    assert_idempotent("@local", deploy)
    blocks = {name: f"# BEGIN {name}\n{name.lower()}\n# END {name}\n" for name in "ABC"}
    assert conf.read_text() == (
        f"{blocks['C']}top\n{blocks['A']}middle/1\n{blocks['B']}end\n# BEGIN D\nd\ne\n# END D\n"
    )

    def change():
        files.block(f"{conf}", "other", marker="# {mark} A", backup=True)
        files.block(f"{conf}", present=False, marker="# {mark} B")

    assert_idempotent("@local", change)
    changed = blocks["A"].replace("a\n", "other\n", 1)
    assert conf.read_text() == f"{blocks['C']}top\n{changed}middle/1\nend\n# BEGIN D\nd\ne\n# END D\n"
    assert conf.stat().st_mode & 0o777 == 0o640
    assert len(list(tmp_path.glob("conf.??????????"))) == 1


def test_contents_decide_uploads(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"\0\xff\r\n")
    source.chmod(0o750)
    (tmp_path / "link").symlink_to("real")

    def deploy():
        files.put(str(source), f"{tmp_path}/new folder/", mode=True, mtime=True)
        files.put(BytesIO(b"\xfe"), f"{tmp_path}/link")

    assert_idempotent("@local", deploy)
    uploaded = tmp_path / "new folder" / "source"
    assert uploaded.read_bytes() == b"\0\xff\r\n"
    assert uploaded.stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"\xfe"


def test_what_is_in_the_way_is_an_error_that_names_it(tmp_path, caplog):
    (tmp_path / "d").mkdir()
    assert run_deploy("@local", lambda: files.file(f"{tmp_path}/d")).failed
    assert f"{tmp_path}/d exists and is not a file" in caplog.text


def test_trees(tmp_path):
    source = tmp_path / "source"
    (source / "a b" / "c'd").mkdir(parents=True)
    (source / "a b" / "c'd" / "é\n").write_text("x")
    (source / "gone.tmp").write_text("x")
    (source / "link").symlink_to("../nowhere")
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "old").write_text("x")
    (tmp_path / "copies").mkdir()

    def deploy():
        files.sync(str(source), f"{tmp_path}/to", delete=True, exclude="*.tmp")
        files.copy(f"{tmp_path}/to", f"{tmp_path}/copies")
        files.get(f"{tmp_path}/to/a b/c'd/é\n", f"{tmp_path}/got/x", create_local_dir=True)

    assert_idempotent("@local", deploy)
    for folder in (tmp_path / "to", tmp_path / "copies" / "to"):
        found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
        assert found == ["a b", "a b/c'd", "a b/c'd/é\n", "link"]
        assert str((folder / "link").readlink()) == "../nowhere"
    assert (tmp_path / "got" / "x").read_text() == "x"


@pytest.fixture
def shown(caplog):
    caplog.set_level("INFO", "pyinfra")
    yield lambda: [record.getMessage().split("] ", 1)[-1].strip() for record in caplog.records]
    set_echo(None)


def test_a_diff_shows_what_changes_and_no_secret(tmp_path, shown):
    secret = MaskString("hunter2-hunter2")
    (tmp_path / "put").write_text("same\nold\n")
    (tmp_path / "edited").write_text("one\ntwo\n")

    def deploy():
        files.put(StringIO(f"same\nkey={secret}\n"), f"{tmp_path}/put")
        files.put(BytesIO(b"\0"), f"{tmp_path}/binary")
        files.line(f"{tmp_path}/edited", "^two", replace="2/2")
        files.replace(f"{tmp_path}/edited", "o", "0")
        files.block(f"{tmp_path}/edited", "b")

    result = run_deploy("@local", deploy, DIFF=True)
    assert not result.failed
    lines = shown()
    assert "- (not shown: it may hold an old secret)" in lines
    assert "+ key=*MASKED*" in lines
    assert "(binary content)" in lines
    assert {"- two", "+ 2/2", "+ 0ne", "+ # BEGIN PYINFRA BLOCK", "+ b"} <= set(lines)
    assert not any("hunter2" in line for line in lines)
    assert (tmp_path / "edited").read_text() == "0ne\n2/2\n# BEGIN PYINFRA BLOCK\nb\n# END PYINFRA BLOCK\n"
