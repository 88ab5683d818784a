"""What tests of the report share."""

from __future__ import annotations

from html.parser import HTMLParser

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.prediction.report import advice

SIZES = ("--widths", "64", "48", "--samples", "200", "--units", "1024")


VOID = {"meta", "path", "rect", "br"}


def called(*words: str) -> None:
    assert main(["report", *words]) == 0


class Page(HTMLParser):
    """Reads a page: elements must be closed in order, and what it shows is kept as text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def advised(numbers: dict, rule: str) -> list[dict]:
    return [each for each in numbers["advice"] if rule in each["rule"]]


def advice_on(method: dict, learning: tuple = (), density: float = 0.1) -> str:
    return " ".join(each["rule"] for each in advice.advice_of([method], [], [], list(learning), density))
