"""The example calls of README.md: run them anew and put what they print in their place.

    python docs/examples.py            write README.md with fresh outputs (and the pictures they draw)
    python docs/examples.py --check    name the lines that a fresh run does not print, without writing

An example is a block that begins with `$ sparse-limits`. A line `…` stands for lines left out. Times and digests are ignored, and
numbers may differ by one in their last printed digit or by a hundredth: on another processor sums round otherwise.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"```\n\$ (sparse-limits [^\n]*)\n(.*?)```", re.DOTALL)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?|(?<![\w.])\.\d+(?:e[+-]?\d+)?")
DIGEST = re.compile(r"\b[0-9a-f]{8,}…")
TIME = re.compile(r"\b\d+(?:\.\d+)? s\b")
ROW = re.compile(r"^([A-Z][\d.]+ .* \d+) +\d+$")  # of the run of the ledger: label, controls, and seconds at the end
NOISE = 1e-9  # numbers below are what rounding leaves
WIDTHS = {"verify": "120"}  # columns of the terminal, where they are not 80


class Example(NamedTuple):
    """A call and the lines that the page shows of what it prints."""

    call: str
    shown: tuple[str, ...]


def examples(page: str) -> list[Example]:
    """The examples of a page, in their order."""
    return [Example(call, tuple(body.splitlines())) for call, body in BLOCK.findall(page)]


def output(call: str, folder: Path) -> str:
    """What a call prints in a folder, standard output alone.

    Raises:
        subprocess.CalledProcessError: if the call fails.
    """
    words = [sys.executable, "-m", "numerics.cli", *shlex.split(call)[1:]]
    terminal = {**environ, "COLUMNS": WIDTHS.get(words[3], "80"), "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
    terminal["PYTHONPATH"] = str(ROOT)
    return subprocess.run(words, cwd=folder, env=terminal, capture_output=True, text=True, check=True).stdout.strip(
        "\n"
    )


def timeless(line: str) -> str:
    """A line without times and digests."""
    return DIGEST.sub("~", TIME.sub("~", ROW.sub(r"\1~", line.rstrip())))


def skeleton(line: str) -> str:
    """A line without its numbers and its runs of blanks and rules."""
    return re.sub(r"[\s─]+", " ", NUMBER.sub("#", timeless(line))).strip()


def fresh_lines(shown: tuple[str, ...], printed: list[str]) -> Iterator[str]:
    """The lines to show of what was printed: those like the ones shown now, `…` where lines are left out.

    Raises:
        ValueError: naming a shown line that is not printed any more, or not right after the one above it.
    """
    place, anywhere = 0, False
    for line in shown:
        if line == "…":
            anywhere = True
            yield line
            continue
        last = len(printed) if anywhere else min(place + 1, len(printed))
        like = [k for k in range(place, last) if skeleton(printed[k]) == skeleton(line)]
        if not like:
            beside = printed[place] if place < len(printed) else "nothing"
            raise ValueError(f"expected {line!r}, printed is {beside!r}")
        found = next((k for k in like if printed[k].split()[:1] == line.split()[:1]), like[0])  # the row of that name
        yield printed[found].rstrip()
        place, anywhere = found + 1, False


def rewritten(shown: tuple[str, ...], printed: list[str]) -> list[str]:
    """The lines to show from now on: all that was printed, or, of an example with `…`, the lines like those shown.

    Raises:
        ValueError: as `fresh_lines`, for an example with `…`.
    """
    return list(fresh_lines(shown, printed)) if "…" in shown else [line.rstrip() for line in printed]


def differences(example: Example, printed: str) -> list[str]:
    """The shown lines that a fresh run prints otherwise, each beside what it prints."""
    fresh = list(fresh_lines(example.shown, printed.splitlines()))
    return [f"{old!r} is now {new!r}" for old, new in zip(example.shown, fresh, strict=True) if not alike(old, new)]


def alike(old: str, new: str) -> bool:
    """Whether two lines say the same, up to times, digests and the rounding of numbers."""
    numbers = [NUMBER.findall(timeless(line)) for line in (old, new)]
    return skeleton(old) == skeleton(new) and all(map(_near, *numbers))


def _near(old: str, new: str) -> bool:
    first, second = float(old.replace(",", "")), float(new.replace(",", ""))
    allowed = max(1.5 * _unit(old), 1.5 * _unit(new), abs(first) / 100)
    return abs(first - second) <= allowed or max(abs(first), abs(second)) < NOISE


def _unit(number: str) -> float:
    """What one in the last printed digit is worth."""
    digits, _, exponent = number.replace(",", "").partition("e")
    return 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))


@contextmanager
def folder(page: str) -> Iterator[Path]:
    """A folder of its own with a `docs` in it and the files that the page's Python blocks write."""
    with TemporaryDirectory() as name, chdir(name):
        Path("docs").mkdir()
        exec(compile(python_of(page), "README.md", "exec"), {"__name__": "readme_example"})
        yield Path(name)


def python_of(page: str) -> str:
    """The Python blocks of a page, one after the other."""
    return "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))


def main() -> int:
    """Regenerate or check all examples."""
    page = (ROOT / "README.md").read_text("utf-8")
    check, wrong = "--check" in sys.argv, []
    with folder(page) as here:
        for example in examples(page):
            print(f"$ {example.call}", flush=True)
            printed = output(example.call, here)
            if check:
                wrong += differences(example, printed)
                continue
            try:
                body = "\n".join(rewritten(example.shown, printed.splitlines()))
            except ValueError as error:  # nobody but a reader knows what to leave out
                wrong.append(f"{example.call}: {error}")
                continue
            page = page.replace(f"$ {example.call}\n" + "\n".join(example.shown), f"$ {example.call}\n{body}")
        if not check:
            for picture in (here / "docs").iterdir():
                shutil.copy(picture, ROOT / "docs" / picture.name)
            (ROOT / "README.md").write_text(page, "utf-8")
    for line in wrong:
        print(line)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
