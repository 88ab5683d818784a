"""What the first pages weigh: bytes as a server sends them, and what the browser has to lay out before a fold is opened."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from book_cases import CHROMIUM
from helpers import needs
from test_short_book import numbered_pages

needs("jupyter_book")
pytestmark = [
    pytest.mark.xdist_group("test_book"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed: the pages are not read in a browser"),
]

BYTES, NODES = 1_500_000, 5_000
FIRST = ("intro", numbered_pages()[0])
PROOF = "neuron_pruning_gap"  # a page with a proof of many steps
FOLDED = "[...document.querySelectorAll('details:not([open]) mjx-container')].length"


def as_sent(response: Any) -> int:
    """The bytes of a response, compressed as servers do with text."""
    body = response.body()
    return min(len(body), len(gzip.compress(body)))


@pytest.mark.parametrize("page", FIRST)
def test_the_first_pages_are_light(site: Path, address: str, page: str) -> None:
    playwright = needs("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        tab = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
        tab.set_default_timeout(180_000)
        responses: list[Any] = []
        tab.on("response", lambda response: responses.append(response))
        tab.goto(f"{address}/{page}.html")
        tab.wait_for_load_state("networkidle")
        tab.evaluate("() => MathJax.startup.promise")
        sizes = {each.url.removeprefix(address): as_sent(each) for each in responses if each.ok}
        assert sum(sizes.values()) <= BYTES, sorted(sizes.items(), key=lambda item: -item[1])[:8]
        assert tab.evaluate("document.querySelectorAll('*').length") <= NODES


def test_formulas_in_a_fold_wait_until_it_is_opened(site: Path, address: str) -> None:
    playwright = needs("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        tab = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
        tab.set_default_timeout(180_000)
        tab.goto(f"{address}/{numbered_pages()[-1]}.html")
        tab.wait_for_load_state("networkidle")
        tab.evaluate("() => MathJax.startup.promise")
        assert tab.locator("article mjx-container").count()
        assert tab.evaluate(FOLDED) == 0
        fold = tab.locator("details.claim-letters").first
        assert fold.locator(".claim-tex").count()
        fold.locator("summary").click()
        fold.locator("mjx-container").first.wait_for()
        assert fold.locator(".claim-tex").count() == 0


def test_a_link_into_a_fold_leads_there_when_its_formulas_are_set(site: Path, address: str) -> None:
    """The last step of a long proof: the formulas above it are set after the fold has opened."""
    playwright = needs("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        tab = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
        tab.set_default_timeout(180_000)
        tab.goto(f"{address}/{PROOF}.html")
        place = tab.evaluate("[...document.querySelectorAll('.claim .claim-proof .claim-step[id]')].at(-1).id")
        tab.goto("about:blank")
        tab.goto(f"{address}/{PROOF}.html#{place}")
        tab.wait_for_load_state("networkidle")
        tab.locator(f"[id='{place}'] mjx-container").first.wait_for()
        tab.evaluate("() => MathJax.startup.promise")
        tab.wait_for_timeout(500)
        top = tab.evaluate("id => document.getElementById(id).getBoundingClientRect().top", place)
        assert -1 <= top < 800  # the window is 720 pixels high
