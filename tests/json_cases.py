"""What commands write as JSON, held against docs/json_schema.json."""

from __future__ import annotations

import json

from helpers import ROOT
from jsonschema import Draft202012Validator

FILE = ROOT / "docs" / "json_schema.json"


def wrong(output: str, written: object) -> list[str]:
    """What of an output is not as the file says."""
    known = json.loads(FILE.read_text("utf-8"))
    validator = Draft202012Validator({**known, "$ref": f"#/$defs/{output}"})
    return [f"{error.json_path}: {error.message:.200}" for error in validator.iter_errors(written)]
