"""What is noted of runs: what changed a host, whether that was previewed, and what a second run did."""

from __future__ import annotations

from pyinfra.operations import files, server
from pyinfra_testkit import tested
from pyinfra_testkit.deploys import assert_idempotent, run_deploy


def notes(monkeypatch):
    monkeypatch.setattr(tested, "_tested", tested.Tested())
    return tested._tested.operations


def test_a_deploy_that_is_run_again(monkeypatch, tmp_path):
    shown = notes(monkeypatch)
    assert_idempotent("@local", lambda: files.file(str(tmp_path / "made")))
    assert shown["files.file"] == tested.Shown(applied=True, again=True, previewed=True)


def test_a_deploy_that_is_run_once(monkeypatch, tmp_path):
    shown = notes(monkeypatch)

    def code():
        for _ in range(2):
            files.file(str(tmp_path / "made"))

    run_deploy("@local", code)
    assert shown["files.file"] == tested.Shown(applied=True, again=False, previewed=True)


def test_what_changes_something_again_is_not_idempotent(monkeypatch):
    shown = notes(monkeypatch)
    for _ in range(2):
        run_deploy("@local", lambda: server.shell("true"))
    assert shown["server.shell"] == tested.Shown(applied=True, again=False, previewed=True)


def test_what_failed_or_was_only_previewed_shows_nothing(monkeypatch, tmp_path):
    shown = notes(monkeypatch)
    run_deploy("@local", lambda: server.shell("false"))
    run_deploy("@local", lambda: files.file(str(tmp_path / "made")), dry=True)
    assert not shown
