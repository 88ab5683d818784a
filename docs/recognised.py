"""What `fit` says of masks of known origin and of none: written to docs/recognised.json, its counts into the how-to page.

python docs/recognised.py             examine all masks (minutes), write both
python docs/recognised.py --table     write the table of the page from docs/recognised.json alone
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from sparse_limits.numerics.studies.recognition import NONE, Known, Said, known, said_of_known, said_of_none, table

DOCS = Path(__file__).parent
KEPT, PAGE = DOCS / "recognised.json", DOCS.parent / "book" / "howto_mask.md"
TABLE = re.compile(r"(?<=<!-- docs/recognised.py -->\n\n).*?(?=\n\n<!-- end -->)", re.DOTALL)


def kept() -> tuple[list[tuple[Known, Said]], list[tuple[str, Said]]]:
    """What was said of each mask when it was last written."""
    held = json.loads(KEPT.read_text("utf-8"))
    return (
        [(Known(**each["case"]), Said(**each["said"])) for each in held["known"]],
        [(each["name"], Said(**each["said"])) for each in held["none"]],
    )


def main() -> None:
    """Write what was asked for."""
    if "--table" not in sys.argv[1:]:
        held = {
            "known": [{"case": case._asdict(), "said": said_of_known(case)._asdict()} for case in known()],
            "none": [{"name": name, "said": said_of_none(name)._asdict()} for name in NONE],
        }
        KEPT.write_text(json.dumps(held, indent=1) + "\n", "utf-8")
    PAGE.write_text(TABLE.sub(lambda _: table(*kept()), PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
