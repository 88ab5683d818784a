"""One table, printed on a terminal and written as HTML."""

import io

import pytest
from rich.console import Console

from sparse_limits.numerics.printing.tables import STYLES, Table, as_html, print_facts, print_table

PLAIN = Table(("input", "kept"), [("1 [bold]", "0.5"), ("2", "0.25")], "lr", "Inputs [all]")


def printed(table: Table, width: int = 80, **options: object) -> str:
    console = Console(file=io.StringIO(), width=width, **options)
    print_table(console, table)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def test_a_table_on_a_terminal():
    """Cells are printed as they are, not read as markup."""
    assert printed(PLAIN).splitlines() == [
        "Inputs [all]",
        "",
        "input      kept",
        "───────────────",
        "1 [bold]    0.5",
        "2          0.25",
    ]


def test_a_table_as_html():
    rows = (
        "<tr><th>input</th><th class=r>kept</th></tr>",
        "<tr><td>1 [bold]</td><td class=r>0.5</td></tr>",
        "<tr><td>2</td><td class=r>0.25</td></tr>",
    )
    assert as_html(PLAIN) == f"<table>{''.join(rows)}</table>"
    assert "<td>a &lt; b &amp; c</td>" in as_html(Table(("",), [("a < b & c",)], "l"))


@pytest.mark.parametrize("style", STYLES)
def test_styled_pieces(style: str):
    table = Table(("x",), [([("plain ", ""), ("styled", style)],)], "l")
    assert printed(table).splitlines()[-1] == "plain styled"
    assert as_html(table).endswith(
        f'plain <span class="{style}">styled</span></td></tr></table>' if style else "styled</td></tr></table>"
    )
    codes = printed(table, force_terminal=True, color_system="standard").splitlines()[-1]
    assert ("\x1b[" in codes) == bool(style)


def test_a_line_ends_a_group_and_narrow_columns_stand_close():
    rows = [("1", "2"), ("3", "4")]
    rules = printed(Table(("a", "b"), rows, "rr", ends=(0,)))
    assert [line.strip("─") for line in rules.splitlines()] == ["a   b", "", "1   2", "", "3   4"]
    assert printed(Table(("a", "b"), rows, "rr", narrow=True)).splitlines()[-1] == "3  4"


def test_prose_gives_way_but_breaks_no_word():
    table = Table(("", "claim", "s"), [("S1", "a claim with_a_long_name", "0.1")], "llr", prose=1)
    assert printed(table).splitlines() == ["    claim                       s", "S1  a claim with_a_long_name  0.1"]
    lines = printed(table, width=26).splitlines()
    assert [line.split() for line in lines] == [["claim", "s"], ["S1", "a", "claim", "0.1"], ["with_a_long_name"]]


def test_a_table_needs_a_side_for_each_column():
    with pytest.raises(ValueError, match="zip"):
        printed(Table(("a", "b"), [("1", "2")], "r"))


def test_facts():
    console = Console(file=io.StringIO(), width=40)
    print_facts(console, [("mask", "[bold]m[/].npz"), ("", "half of it")])
    lines = console.file.getvalue().splitlines()
    assert [line.rstrip() for line in lines] == ["mask  [bold]m[/].npz", "      half of it"]


def test_a_table_that_does_not_fit_is_paragraphs():
    """A row below the other, no word broken, a column without a value left out."""
    long = "a_name_that_is_wider_than_the_screen"
    table = Table(
        ("layer", "claim", "kept"), [("1", [("a b\n", ""), (long, "soft")], "0.5"), ("2", "c", "")], "llr", prose=1
    )
    assert printed(table, 60).splitlines()[0].split() == ["layer", "claim", "kept"]
    assert printed(table, 20).splitlines() == ["layer: 1", "  a b", f"  {long}", "  kept: 0.5", "layer: 2", "  c"]
    ruled = Table(("layer", "kept"), [("hidden", "0.5"), ("out", "0.25")], "lr", "Densities")
    assert printed(ruled, 10).splitlines() == [
        "Densities",
        "",
        "layer:",
        "hidden",
        "  kept:",
        "  0.5",
        "layer: out",
        "  kept:",
        "  0.25",
    ]


def test_a_column_that_can_give_way_does_and_no_name_is_broken():
    table = Table(("layer", "methods"), [("encoder.layers.0.linear_1", "random, magnitude, deep synflow")], "ll")
    for width in range(37, 60):
        shown = printed(table, width)
        assert "encoder.layers.0.linear_1" in shown, width
        assert {"random,", "magnitude,", "deep", "synflow"} <= set(shown.split()), width
        assert max(map(len, shown.splitlines())) <= width
