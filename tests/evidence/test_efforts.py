"""The record of runs at greater effort, and its lines."""

from pathlib import Path

import efforts
import pytest


def test_a_run_is_a_line_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    page = tmp_path / "efforts.md"
    monkeypatch.setattr(efforts, "PAGE", page)
    verify = efforts.verify
    monkeypatch.setattr(efforts, "verify", lambda **words: verify(["N1"], **{**words, "jobs": 1}))
    assert efforts.main(("thorough",), (1, 0)) == 0
    assert efforts.main(("standard", "thorough"), (1,)) == 0
    lines = page.read_text("utf-8").removeprefix(efforts.HEAD).splitlines()
    assert [line.split("|")[1:4] for line in lines] == [
        [f" {effort} ", f" {seed} ", " 1 of 1 "] for effort, seed in (("standard", 1), ("thorough", 0), ("thorough", 1))
    ]
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_what_does_not_hold_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    from dataclasses import replace

    verify = efforts.verify

    def broken(**words):
        run = verify(["N1"], **{**words, "jobs": 1})
        (claim,) = run.claims
        first, *others = claim.checks
        return replace(run, claims=(replace(claim, checks=(replace(first, status="refuted"), *others)),))

    monkeypatch.setattr(efforts, "PAGE", tmp_path / "efforts.md")
    monkeypatch.setattr(efforts, "verify", broken)
    assert efforts.main(("standard",), (0,)) == 1
    assert "N1" in capsys.readouterr().out
