"""Keys: whatever a result depends on changes its key, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from sparse_limits.numerics.store import keys
from sparse_limits.numerics.store.keys import PRINTERS, code_digest, digest_of, environment, key_of
from sparse_limits.theory.dependencies import ROOT, file_of, files_behind

SNIP = ("sparse_limits.theory.saliency.snip", "sparse_limits.numerics.checks.saliency.snip")


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    for remembered in (code_digest, keys._content, environment):
        remembered.cache_clear()


def test_files_count_by_name_and_content(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("a = 1\n")
    two.write_text("a = 1\n")
    assert digest_of([one], {}) == digest_of([one], {})
    assert len({digest_of(files, {}) for files in ([one], [two], [one, two], [])}) == 4
    before = digest_of([one], {})
    one.write_text("a = 2\n")
    keys._content.cache_clear()
    assert digest_of([one], {}) != before


def test_a_checkout_and_an_installed_package_have_the_same_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a checkout the files stand beside the package, which has links to their folders."""
    found = []
    for package, home in (("checkout/sparse_limits", "checkout"), ("installed", "installed")):
        files = [
            tmp_path / package / "__init__.py",
            tmp_path / home / "numerics/cli.py",
            tmp_path / home / "theory/claims.py",
        ]
        for file in files:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("a = 1\n")
        monkeypatch.setattr(keys, "ROOT", tmp_path / home)
        found.append(digest_of(files, {}))
    assert found[0] == found[1]


def changed(place: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The digest of the code behind S4's checks, before and after a file has changed."""
    before = code_digest(frozenset(SNIP))
    code_digest.cache_clear()
    real: Callable[[Path], bytes] = keys._content.__wrapped__
    monkeypatch.setattr(keys, "_content", lambda path: b"changed" if path == ROOT / place else real(path))
    after = code_digest(frozenset(SNIP))
    code_digest.cache_clear()
    return before, after


@pytest.mark.parametrize(
    "place",
    [
        "theory/saliency/snip.py",  # the formula
        "theory/saliency/model.py",  # what it is made of
        "numerics/checks/saliency/snip.py",  # the check
        "numerics/exact/identities.py",  # an engine
        "theory/claims.py",
    ],
)
def test_a_file_behind_a_result_changes_its_key(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (ROOT / place).is_file()
    before, after = changed(place, monkeypatch)
    assert before != after


@pytest.mark.parametrize(
    "place", ["theory/lifts/attention.py", "numerics/commands/verify.py", "theory/saliency/grasp.py"]
)
def test_any_other_file_does_not(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (ROOT / place).is_file()
    before, after = changed(place, monkeypatch)
    assert before == after


@pytest.mark.parametrize(
    "name", ["python", "machine", "numpy", "sympy", "mpmath", "scikit-learn", "python-flint", "scipy"]
)
def test_a_version_or_another_machine_changes_every_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, now = code_digest(frozenset(SNIP)), {**environment()}
    assert name in now
    code_digest.cache_clear()
    monkeypatch.setattr(keys, "environment", lambda: now | {name: "another"})
    assert code_digest(frozenset(SNIP)) != before


def test_the_environment_is_what_the_package_requires_without_extras() -> None:
    found = environment()
    assert found["numpy"] == version("numpy")
    assert found["scikit-learn"] == version("scikit-learn")
    assert {"llvmlite", "mpmath"} <= set(found)  # required by what is required
    assert not {"sparse-limits", "pytest", "torch", "matplotlib", "jupyter-book", *PRINTERS} & set(found)


def test_what_was_asked_is_part_of_the_key() -> None:
    code = code_digest(frozenset(SNIP))
    assert len({key_of(code, "run", each) for each in ("seed 0", "seed 1")} | {key_of("other", "run", "seed 0")}) == 3
    assert key_of(code, "ab", "c") != key_of(code, "a", "bc")


def test_imports_lead_to_files_and_no_farther_than_names_that_are_asked_for() -> None:
    behind = files_behind(["sparse_limits.theory.saliency.snip"])
    assert {ROOT / "theory" / "__init__.py", ROOT / "theory" / "saliency" / "__init__.py"} <= behind
    of_name = files_behind(["sparse_limits.numerics.checks.saliency.snip"])
    assert file_of("sparse_limits.theory.saliency.snip") in of_name
    assert file_of("sparse_limits.theory.saliency.grasp") not in of_name
    assert files_behind(["numpy", "sparse_limits.theory.nothing_of_the_kind"]) == files_behind(["sparse_limits.theory"])
