"""The book in a browser: every page on a phone and on a desk, search, folds and the cards of links."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from book_cases import CHROMIUM, pages
from helpers import needs
from page_questions import (
    BROKEN_WORDS,
    CONTRAST,
    CUT_OFF,
    LONE_LINK,
    NAMELESS,
    NO_NAMES,
    NO_SIGN,
    OUT_OF_ITS_BOX,
    OUT_OF_REACH,
    STILL_LIGHT,
    WIDER_THAN_ITS_BOX,
)
from slices import sliced

needs("jupyter_book")
pytestmark = [
    pytest.mark.xdist_group("test_book"),  # one build serves both files
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed: the pages are not read in a browser"),
]

WIDTHS = (390, 1280)
PRINTED = "neuron_pruning"  # a page with folds of formulas, in folds
SEARCHES = {  # what a reader types, and the page that is found first
    "2602.06675": "paper_graphon",
    "2510.17515": "paper_hypothesis",
    "2501.05930": "paper_lifts",
    "2206.04270": "paper_tickets",
    "2603.02234": "paper_neurons",
    "ICML 2026": "paper_graphon",
    "NeurIPS 2025": "paper_hypothesis",
    "Ferbach": "paper_tickets",
    "Scaman": "paper_lifts",
    "lottery ticket": "subset_sum",
    "strong lottery ticket hypothesis": "subset_sum",
    "structured pruning": "neuron_pruning",
    "unstructured pruning": "neuron_pruning",
    "neural tangent kernel": "kernel",
    "Erdős–Rényi": "graphon",
    "cut distance": "convergence",
    "graph limit": "convergence",
    "optimal rate": "graphon_rate",
    "layer collapse": "saliency_layers",
    "SynFlow": "saliency_grasp",
    "SNIP": "saliency_snip",
    "GraSP": "saliency_grasp",
    "pruning at initialization": "saliency",
    "generalization bound": "generalisation",
    "magnitude pruning": "saliency",
    "foresight pruning": "saliency",
    "cut norm": "graphon",
    "graphon": "graphon",
    "Graphons": "graphon",
    "erdos renyi": "graphon",
    "NTK": "kernel",
    "strong lottery ticket": "subset_sum",
    "lottery tickets": "subset_sum",
    "subset sum": "subset_sum",
    "equivariant": "equivariance",
    "equivariant lottery tickets": "equivariance",
    "Rademacher": "generalisation",
    "gradient flow": "flow",
    "training time": "flow",
    "random sparse lift": "lifts",
    "attention": "lifts_convolutions",
    "prune my own network": "howto_prune",
    "PyTorch": "howto_prune",
    "pytorch loader": "howto_prune",
    "dataloader": "howto_prune",
    "ERK": "howto_prune",
    "LAMP": "howto_prune",
    "LSTM": "howto_questions",
    "density": "howto_questions",
    "sparsity": "howto_questions",
    "checkpoint": "howto_mask",
    "layer densities": "depth_data",
    "N:M sparsity": "operators_sparse",
    "2:4 sparsity": "operators_sparse",
    "singular values": "operators_noise",
    "eigenvalues": "kernel_spectra",
    "Hessian": "saliency_grasp",
    "Wanda": "saliency_competition",
    "feature selection": "saliency_recovery",
    "universal approximation": "expressivity",
    "power law": "graphon_pareto",
    "message passing": "equivariance_networks",
    "open problems": "open",
    "errata": "errata",
    "pitfalls": "pitfalls",
    "notation": "notation",
    "bibliography": "bibliography",
    "reproduction": "reproduced",
}


def sources(site: Path) -> list[str]:
    """The files of the book that the pages are made of."""
    return [f"book/{page.stem}.md" for page in pages(site)]


def settled(tab: Any, question: str) -> list[str]:
    """What is wrong and stays so: the theme looks for what scrolls a third of a second after a change of size."""
    for _ in range(10):
        if not (found := tab.evaluate(question)):
            break
        tab.wait_for_timeout(200)
    return list(found)


def test_pages_in_a_browser(site: Path, address: str, pytestconfig: pytest.Config) -> None:
    """Each page of the slice, loaded once on a phone's width, then seen on a desk's too, in both themes."""
    playwright = needs("playwright.sync_api")
    complaints: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )
        tab = browser.new_context(reduced_motion="reduce").new_page()
        tab.set_default_timeout(180_000)  # for a busy machine
        tab.on("console", lambda m: complaints.append(f"console: {m.text}") if m.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        tab.on(
            "request",
            lambda r: (
                complaints.append(f"outside: {r.url}") if not r.url.startswith((address, "data:", "blob:")) else None
            ),
        )
        for page in (site / Path(name).with_suffix(".html").name for name in sliced(sources(site), pytestconfig)):
            before = len(complaints)
            tab.set_viewport_size({"width": WIDTHS[0], "height": 900})
            tab.goto(f"{address}/{page.name}")
            tab.wait_for_load_state("networkidle")
            tab.evaluate("() => window.MathJax && MathJax.startup && MathJax.startup.promise")
            tab.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
            tab.wait_for_function("() => !document.querySelector('.claim-tex')")
            tab.evaluate("() => window.MathJax && MathJax.startup && MathJax.startup.promise")
            raw = tab.locator("span.math, div.math").count()
            drawn = tab.locator("mjx-container").count()
            if raw and not drawn:
                complaints.append("formulas are not drawn")
            if tab.locator("[data-mml-node=merror], mjx-merror").count():
                complaints.append("a formula is wrong")
            for width in WIDTHS:
                tab.set_viewport_size({"width": width, "height": 900})
                if tab.evaluate("document.documentElement.scrollWidth") > width + 1:
                    complaints.append(f"wider than {width} pixels")
                complaints += [f"cut off at {width} pixels: {each}" for each in tab.evaluate(CUT_OFF)]
                complaints += [
                    f"begins out of reach at {width} pixels: {each}" for each in tab.evaluate(OUT_OF_ITS_BOX)
                ]
                complaints += [f"no key scrolls at {width} pixels: {each}" for each in settled(tab, OUT_OF_REACH)]
                complaints += [f"no sign of more at {width} pixels: {each}" for each in settled(tab, NO_SIGN)]
                complaints += [f"a broken word at {width} pixels: {each}" for each in tab.evaluate(BROKEN_WORDS)]
                complaints += [
                    f"a link below its heading at {width} pixels: {each}" for each in tab.evaluate(LONE_LINK)
                ]
                for theme in ("light", "dark"):
                    tab.emulate_media(color_scheme=theme)
                    tab.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
                    complaints += [f"contrast, {theme}: {each}" for each in tab.evaluate(CONTRAST)]
            complaints += [f"light in the dark theme: {each}" for each in tab.evaluate(STILL_LIGHT)]
            tab.set_viewport_size({"width": 1400, "height": 900})
            complaints += [f"a fold has no name: {each}" for each in tab.evaluate(NAMELESS)]
            complaints += [f"a line for names without names: {each}" for each in tab.evaluate(NO_NAMES)]
            wide = set(tab.evaluate(WIDER_THAN_ITS_BOX))
            complaints += [f"a display is wider than its box: {each}" for each in sorted(wide)]
            for slider in tab.locator("input[type=range]").all():
                slider.focus()
                value = slider.input_value()
                slider.press("ArrowRight")
                if slider.input_value() == value:
                    slider.press("ArrowLeft")  # it stood at its end
                if slider.input_value() == value:
                    complaints.append("a slider does not follow the keyboard")
            complaints[before:] = [f"{page.name}: {each}" for each in complaints[before:]]
        browser.close()
    assert not complaints, "\n".join(complaints)


def test_a_claim_is_found_by_search_filters_and_what_it_rests_on(site: Path, address: str) -> None:
    """The search of the site, the filters of the index, and the claims that light up at one that has the focus."""
    from sparse_limits.theory.ledger import load_ledger

    playwright = needs("playwright.sync_api")
    ledger = load_ledger()
    with playwright.sync_playwright() as driver:
        tab = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
        tab.goto(f"{address}/search.html?q=S5")
        found = tab.locator("#search-results a").first
        found.wait_for()
        assert str(found.get_attribute("href")).endswith("#claim-S5")
        tab.goto(f"{address}/map.html")
        count, field = tab.locator(".claim-filters output"), tab.locator(".claim-filters input")
        assert count.inner_text() == f"{len(ledger)} of {len(ledger)} claims"
        field.fill(ledger["S5"].claim.title)
        assert count.inner_text() == f"1 of {len(ledger)} claims"
        field.fill("")
        tab.select_option("select[data-filter=topic]", "operators")
        assert count.inner_text() == f"{len(ledger.select(['operators']))} of {len(ledger)} claims"
        tab.focus('.claim-chip[data-label="S5"]')
        lit = {each.get_attribute("data-label") for each in tab.locator(".claim-chip.below").all()}
        assert lit >= set(ledger["S5"].claim.uses)
        above = {each.get_attribute("data-label") for each in tab.locator(".claim-chip.above").all()}
        assert above >= set(ledger.used_by["S5"])
        assert not lit & above
        tab.keyboard.press("Escape")
        assert tab.locator(".claim-chip.self").count() == 0


def test_names_of_the_field_find_their_page_first(site: Path, address: str) -> None:
    """Numbers of papers, authors, venues, and what the field calls things: the first of all results."""
    playwright = needs("playwright.sync_api")
    found = {}
    with playwright.sync_playwright() as driver:
        tab = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
        for words in SEARCHES:
            tab.goto(f"{address}/search.html?{urlencode({'q': words})}")
            first = tab.locator("#search-results a").first
            first.wait_for()
            found[words] = Path(str(first.get_attribute("href")).partition("#")[0]).stem
    assert found == SEARCHES


def test_what_is_folded_opens_at_a_link_at_a_key_and_at_a_filter(site: Path, address: str) -> None:
    playwright = needs("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        tab = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
        tab.goto(f"{address}/bounds.html")
        row, other = tab.locator("[id='bound-G3.3']"), tab.locator("[id='bound-S13']")
        assert not row.is_visible()
        tab.goto(f"{address}/bounds.html#bound-G3.3")
        row.wait_for()
        assert not other.is_visible()
        tab.goto(f"{address}/bounds.html#saliency")
        other.wait_for()
        tab.goto(f"{address}/map.html")
        rows = tab.locator(".claim-list tbody tr")
        assert not rows.first.is_visible()
        tab.locator(".claim-filters input").fill("S5")
        tab.locator(".claim-list tr[data-label=S5]").wait_for()
        tab.locator(".claim-filters button").click()
        tab.locator(".claim-list tr[data-label=S5]").wait_for(state="hidden")
        fold = tab.locator(".claim-list summary").first
        fold.focus()
        fold.press("Enter")
        rows.first.wait_for()


def test_a_print_has_nothing_folded(site: Path, address: str) -> None:
    """On paper no fold can be opened, and its formulas are set, too."""
    playwright = needs("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        tab = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
        tab.set_default_timeout(180_000)
        tab.goto(f"{address}/{PRINTED}.html")
        tab.wait_for_load_state("networkidle")
        tab.evaluate("() => MathJax.startup.promise")
        folded, waiting = tab.locator("article details:not([open])"), tab.locator(".claim-tex")
        assert folded.count()
        assert waiting.count()
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")  # as the browser does before it prints
        assert folded.count() == waiting.count() == 0
        assert not tab.locator("article details span.math:not(:has(mjx-container))").count()


def test_a_link_to_a_claim_shows_a_card(site: Path, address: str) -> None:
    """At the pointer, at the focus of the keyboard and at a first touch; Escape closes it, a second touch follows the link."""
    playwright = needs("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        complaints: list[str] = []
        tab.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(f"{address}/pitfalls.html")
        link, card = tab.locator("table.forms a.claim-link").first, tab.locator("#claim-hover")
        label = link.inner_text()
        link.hover()
        card.wait_for()
        assert card.inner_text().startswith(f"{label} ")
        assert card.get_attribute("role") == "tooltip"
        assert link.get_attribute("aria-describedby") == "claim-hover"
        assert link.get_attribute("title") is None
        card.hover()  # the pointer may go onto it
        tab.wait_for_timeout(400)
        assert card.is_visible()
        tab.keyboard.press("Escape")
        assert not card.is_visible()
        assert link.get_attribute("aria-describedby") is None
        tab.evaluate("document.activeElement.blur()")
        for _ in range(200):
            tab.keyboard.press("Tab")
            if tab.evaluate("document.activeElement.matches('a.claim-link')"):
                break
        card.wait_for()
        phone = browser.new_context(has_touch=True, viewport={"width": 390, "height": 800}).new_page()
        phone.goto(f"{address}/pitfalls.html")
        link, card = phone.locator("table.forms a.claim-link").first, phone.locator("#claim-hover")
        link.tap()
        card.wait_for()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        assert phone.url.endswith("pitfalls.html")
        link.tap()
        phone.wait_for_url(f"**#claim-{label}")
        browser.close()
    assert not complaints
