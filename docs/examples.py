"""The example calls of the pages: run them anew and put what they print in their place.

    python docs/examples.py [PAGE …]            write the pages with fresh outputs (and the pictures they draw)
    python docs/examples.py --check [PAGE …]    name the lines that a fresh run does not print, without writing

Pages are README.md, the how-to pages of the book and the README.md of each folder in docs/examples; without a PAGE all of them.
An example is a block that begins with `$ sparse-limits`; it may hold several calls. It runs where a reader would run it: for a
folder in docs/examples in a copy of that folder, for other pages in a folder that has docs/examples alone; the Python blocks of
the page are run there first, so that they may write files. A call that is refused prints why. A line `…` stands for lines left out. Times and digests are ignored,
and numbers may differ by one in their last printed digit or by a hundredth, since sums round otherwise on another processor; not those of `verify`, which are counted.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from importlib.util import find_spec
from itertools import groupby
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PACKAGES = Path(str(find_spec("sparse_limits").origin)).parent.parent  # the package that this Python imports
BLOCK = re.compile(r"^```(?:console)?\n(\$ sparse-limits .*?)^```$", re.DOTALL | re.MULTILINE)
CALL = re.compile(
    r"^\$ (sparse-limits (?:[^\n]*\\\n)*[^\n]*)\n", re.MULTILINE
)  # a line may go on behind a \ at its end
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?|(?<![\w.])\.\d+(?:e[+-]?\d+)?")
DIGEST = re.compile(r"\b[0-9a-f]{8,}…")
TIME = re.compile(r"\b\d+(?:\.\d+)? s\b")
ROW = re.compile(r"^([A-Z][\d.]+ .* \d+) +\d+$")  # of the run of the ledger: label, controls, and seconds at the end
KEPT = re.compile(r"\b\d+ of \d+ checks kept; ")
Near = Callable[[str, str], bool]  # whether two numbers, as they are printed, are taken for the same
LEDGER = "sparse-limits verify"  # the call that takes minutes
REFUSED = 2  # exit status of a call that is wrong
NOISE = 1e-9  # numbers below are what rounding leaves
WIDTHS = {"verify": "120"}  # columns of the terminal, where they are not 80


class Example(NamedTuple):
    """A call and the lines that the page shows of what it prints."""

    call: str
    shown: tuple[str, ...]


def examples(page: str) -> list[Example]:
    """The examples of a page, in their order."""
    parts = [part for block in BLOCK.findall(page) for part in CALL.split(block)[1:]]
    return [Example(call, tuple(body.splitlines())) for call, body in zip(parts[::2], parts[1::2], strict=True)]


def pages() -> list[Path]:
    """The pages with examples that run, in the order of their names."""
    found = [ROOT / "README.md", *(ROOT / "book").glob("howto_*.md"), *(ROOT / "docs" / "examples").glob("*/README.md")]
    return sorted(page for page in found if examples(page.read_text("utf-8")) or python_of(page.read_text("utf-8")))


def name_of(page: Path) -> str:
    """How a page is called: its path from the root."""
    return page.relative_to(ROOT).as_posix()


def output(call: str, folder: Path) -> str:
    """What a call prints in a folder: standard output, or, of a call that is refused (status 2), the line that says why.

    Raises:
        subprocess.CalledProcessError: if the call fails otherwise.
    """
    words = [sys.executable, "-m", "sparse_limits.numerics.cli", *shlex.split(call.replace("\\\n", " "))[1:]]
    if call == LEDGER and (keep := environ.get("SPARSE_LIMITS_KEEP")):
        words += ["--keep", keep]  # other runs need the results, too
    terminal = {**environ, "COLUMNS": WIDTHS.get(words[3], "80"), "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
    terminal["PYTHONPATH"] = str(PACKAGES)
    done = subprocess.run(words, cwd=folder, env=terminal, capture_output=True, text=True, check=False)
    if done.returncode == REFUSED:
        return done.stderr.strip("\n").splitlines()[-1]
    done.check_returncode()
    return done.stdout.strip("\n")


def needs_torch(page: str) -> bool:
    """Whether an example of a page needs PyTorch, which is an extra."""
    calls = " ".join(example.call for example in examples(page))
    return bool(
        re.search(r"--model |\.pth?\b", calls) or re.search(r"^(import|from) torch", python_of(page), re.MULTILINE)
    )


def timeless(line: str) -> str:
    """A line without times, digests, and how many results were kept from another run."""
    return KEPT.sub("", DIGEST.sub("~", TIME.sub("~", ROW.sub(r"\1~", line.rstrip()))))


def skeleton(line: str) -> str:
    """A line with 0 for each number, without runs of blanks and rules."""
    return re.sub(r"[\s─]+", " ", NUMBER.sub("0", timeless(line))).strip()


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
    """The shown lines that a fresh run prints otherwise, each beside what it prints; where a paragraph breaks is no difference."""
    lines, near = printed.splitlines(), str.__eq__ if example.call == LEDGER else nearly  # what is counted is exact
    if reflowed(example.shown, lines, near):
        return []
    try:
        fresh = list(fresh_lines(example.shown, lines))
    except ValueError as error:
        return [f"{example.call}: {error}"]
    return [
        f"{old!r} is now {new!r}" for old, new in zip(example.shown, fresh, strict=True) if not alike(old, new, near)
    ]


def reflowed(shown: tuple[str, ...], printed: list[str], near: Near) -> bool:
    """Whether what is printed has the words that are shown, with a `…` in place of any lines, however it breaks them."""
    parts = [list(lines) for dots, lines in groupby(shown, "…".__eq__) if not dots]
    text, place = _flowing(printed), 0
    words = skeleton(text)
    for part in map(_flowing, parts):
        wanted = skeleton(part)
        places = (hit.start() for hit in re.finditer(rf"(?<!\S){re.escape(wanted)}(?!\S)", words[place:]))
        found = next((place + k for k in places if _same_numbers(part, text, words[: place + k], near)), None)
        if found is None or (place == 0 != found and shown[0] != "…"):
            return False
        place = found + len(wanted)
    return place == len(words) or shown[-1:] == ("…",)


def _flowing(lines: list[str]) -> str:
    """Lines as one, each without what changes from run to run."""
    return timeless(" ".join(map(timeless, lines)))


def _same_numbers(part: str, text: str, before: str, near: Near) -> bool:
    """Whether the numbers of a part are near those of a text behind what has the skeleton `before`."""
    wanted, first = NUMBER.findall(part), before.count("0")
    return all(map(near, wanted, NUMBER.findall(text)[first : first + len(wanted)]))


def alike(old: str, new: str, near: Near) -> bool:
    """Whether two lines say the same, up to times, digests and what is near of numbers."""
    numbers = [NUMBER.findall(timeless(line)) for line in (old, new)]
    return skeleton(old) == skeleton(new) and all(map(near, *numbers))


def nearly(old: str, new: str) -> bool:
    """Whether two numbers are equal up to rounding."""
    first, second = float(old.replace(",", "")), float(new.replace(",", ""))
    allowed = max(1.5 * _unit(old), 1.5 * _unit(new), abs(first) / 100)
    return abs(first - second) <= allowed or max(abs(first), abs(second)) < NOISE


def _unit(number: str) -> float:
    """What one in the last printed digit is worth."""
    digits, _, exponent = number.replace(",", "").partition("e")
    return 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))


def home(page: Path) -> Path:
    """The folder for which a page is written: its own in docs/examples, else the root."""
    return page.parent if page.parent.parent == ROOT / "docs" / "examples" else ROOT


@contextmanager
def folder(page: Path) -> Iterator[Path]:
    """A folder like the page's home, with what the page names there and the files that its Python blocks write."""
    with TemporaryDirectory() as name:
        here = Path(name, "here")
        if home(page) != ROOT:
            shutil.copytree(home(page), here, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (here / "docs").mkdir(parents=True)
            if (ROOT / "docs" / "examples").is_dir():
                shutil.copytree(ROOT / "docs" / "examples", here / "docs" / "examples")
        with chdir(here):
            code = compile(python_of(page.read_text("utf-8")), name_of(page), "exec")
            exec(code, {"__name__": "page_example"})
            yield here


def python_of(page: str) -> str:
    """The Python blocks of a page, one after the other."""
    return "\n".join(re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE))


def wrong_lines(page: Path, skip: tuple[str, ...] = ()) -> list[str]:
    """What a fresh run of a page's examples, but for the calls to skip, prints otherwise than the page shows."""
    wrong = []
    with folder(page) as here:
        for example in examples(page.read_text("utf-8")):
            if example.call not in skip:
                wrong += differences(example, output(example.call, here))
    return wrong


def write(page: Path) -> list[str]:
    """Put fresh outputs into a page and the pictures that it draws beside it; returns what only a reader can mend."""
    text, wrong = page.read_text("utf-8"), []
    with folder(page) as here:
        for example in examples(text):
            print(f"$ {example.call}", flush=True)
            printed = output(example.call, here)
            try:
                body = rewritten(example.shown, printed.splitlines())
            except ValueError as error:  # nobody but a reader knows what to leave out
                wrong.append(f"{name_of(page)}: {example.call}: {error}")
                continue
            old, new = ("".join(f"{line}\n" for line in lines) for lines in (example.shown, body))
            text = text.replace(f"$ {example.call}\n{old}", f"$ {example.call}\n{new}")
        for picture in here.rglob("*.png"):
            shutil.copy(picture, home(page) / picture.relative_to(here))
    page.write_text(text, "utf-8")
    return wrong


def main() -> int:
    """Write or check the pages that are named, or all."""
    named = [Path(word).resolve() for word in sys.argv[1:] if word != "--check"]
    wrong = []
    for page in named or pages():
        print(name_of(page), flush=True)
        if needs_torch(page.read_text("utf-8")) and find_spec("torch") is None:
            print("left out: it needs pip install -e '.[torch]'")
            continue
        wrong += wrong_lines(page) if "--check" in sys.argv else write(page)
    for line in wrong:
        print(line)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
