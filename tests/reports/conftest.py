"""What tests of this folder are given."""

from __future__ import annotations

import json

import pytest
from question_cases import SIZES, called


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, str]:
    """The numbers and the page of one call of the command."""
    folder = tmp_path_factory.mktemp("report")
    called(*SIZES, "--init", "torch", "--html", str(folder / "p.html"), "--json", str(folder / "p.json"))
    return json.loads((folder / "p.json").read_text()), (folder / "p.html").read_text(encoding="utf-8")
