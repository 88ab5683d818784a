"""What the tests of the book share: a built book, its address, and a small book beside a ledger of one claim."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from helpers import ROOT, TESTS, copy_of_the_package

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ISOLATED = ["unshare", "-rn", sys.executable, str(TESTS / "without_network.py")]
NO_PAGES = ("404.html", "genindex.html", "index.html", "search.html")  # no page, a list, a redirection, a form


def in_a_network_of_its_own(command: list[str]) -> list[str]:
    """The command with nothing but loopback, and ports that no other process takes, where the machine allows it."""
    allowed = not subprocess.run([*ISOLATED, "true"], capture_output=True, check=False).returncode
    return [*ISOLATED, *command] if allowed else command


def build(book: Path, output: Path, isolated: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """`jupyter-book build`, with nothing but loopback where the machine allows a namespace of its own."""
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(book), "--path-output", str(output)]
    command = in_a_network_of_its_own(command) if isolated else command
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=1200, env={**os.environ, **environment}
    )


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, built here unless BUILT_BOOK names the folder of a build of the same sources."""
    if built := os.environ.get("BUILT_BOOK"):
        return Path(built) / "_build" / "html"
    output = tmp_path_factory.mktemp("book")
    assert not (result := build(ROOT / "book", output)).returncode, (result.stdout + result.stderr)[-4000:]
    return output / "_build" / "html"


def pages(site: Path) -> list[Path]:
    return [page for page in sorted(site.glob("*.html")) if page.name not in NO_PAGES]


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of a site, on this machine alone."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    with served(site) as found:
        yield found


# A book of one page beside a ledger of one claim: quick to build, and wrong in one way at a time


def small_book(folder: Path, page: str, formula: tuple[str, str] | None = None) -> tuple[Path, dict[str, str]]:
    copy_of_the_package(folder)
    ledger = folder / "theory" / "ledger.py"
    every = "TOPICS = tuple(LETTERS)"
    text = ledger.read_text(encoding="utf-8")
    assert every in text
    ledger.write_text(text.replace(every, 'TOPICS = ("neuron_pruning.kink",)'), encoding="utf-8")
    if formula:
        topic = folder / "theory" / "neuron_pruning" / "kink.py"
        before = topic.read_text(encoding="utf-8")
        assert formula[0] in before
        topic.write_text(before.replace(*formula), encoding="utf-8")
    book = folder / "book"
    shutil.copytree(ROOT / "book" / "_ext", book / "_ext")
    shutil.copytree(ROOT / "book" / "_static", book / "_static")
    for name in ("_config.yml", "references.bib"):
        shutil.copy(ROOT / "book" / name, book / name)
    (book / "_toc.yml").write_text("format: jb-book\nroot: page\n", encoding="utf-8")
    head = (ROOT / "book" / "saliency.md").read_text(encoding="utf-8").split("# What")[0]
    (book / "page.md").write_text(head + page, encoding="utf-8")
    return book, {"PYTHONPATH": str(folder), "SPARSE_LIMITS_KEEP": ""}


GOOD = "# A page\n\n```{claim} N1\n```\n\nSee {claimref}`N1`, {claimref}`a kink <N1: kink>`.\n\n```{code-cell} python\nprint(1 + 1)\n```\n\n```{bibliography}\n```\n"
