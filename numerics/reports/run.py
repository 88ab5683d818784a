"""The faces of a run: a table on the terminal, and one self-contained HTML page."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from sparse_limits.numerics.ledger.verification import ClaimResult, Run, versions
from sparse_limits.numerics.printing.tables import Cell, Table, print_table
from sparse_limits.numerics.printing.tables import as_html as table_as_html
from sparse_limits.numerics.reports.open_questions import open_questions
from sparse_limits.numerics.reports.proofs import FIRM, proofs_line
from sparse_limits.numerics.statistics.exact_tests import LEVEL
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.links import carried

if TYPE_CHECKING:
    from rich.console import Console


def claim_row(result: ClaimResult) -> tuple[Cell, ...]:
    """One line of the summary: label, title, status, steps by what carries them, checks, margin, controls, seconds."""
    checks = result.checks
    forms, refuted = result.wrong_forms
    deviations = [each for check in checks for each in check.detectable]
    return (
        result.entry.label,
        result.entry.claim.title,
        [(result.status, result.status)],
        *_steps_row(result),
        str(len(checks)),
        f"{max(deviations):.2g}" if deviations else "",
        str(refuted) if refuted == forms else [(f"{refuted}/{forms}", "refuted")],
        f"{sum(check.seconds for check in checks):3.0f}",  # a quick run breaks titles where a slow one does
    )


def _steps_row(result: ClaimResult) -> list[str]:
    """How many steps of a proof are computed for all values, follow by a rule, are cited, and the rest."""
    links = list(result.links.values())
    if not links:
        return ["", "", "", "prose"]
    firm = [links.count(link) for link in FIRM]
    return [str(number or "") for number in (*firm, len(links) - sum(firm))]


def summary_table(run: Run) -> Table:
    """The run as a table, a claim a line."""
    steps = (*map(str, FIRM), "rest")
    names = ("", "claim", "status", *steps, "checks", "detects", "controls", "s")
    return Table(names, [claim_row(claim) for claim in run.claims], "lllrrrrrrrr", narrow=True, prose=1)


def failures(run: Run) -> list[str]:
    """A line for everything that went wrong."""
    lines = []
    for claim in run.claims:
        for check in claim.checks:
            if check.status != "holds":
                lines.append(f"{claim.entry.label} {check.name}: {check.status}: {check.detail}")
            lines += [
                f"{claim.entry.label} {check.name}: control {each.title!r} survived: {each.detail}"
                for each in check.controls
                if each.status == "survived"
            ]
        if claim.unchecked:
            lines.append(f"{claim.entry.label}: no check takes or refutes {', '.join(claim.unchecked)}")
        if not claim.checks:
            lines.append(f"{claim.entry.label}: there is no check")
    return lines


def closing_line(run: Run) -> str:
    """What a run found, in one line."""
    totals = run.totals
    return (
        f"{totals['hold']} of {totals['claims']} claims hold, {totals['refuted']} refuted, {totals['open']} open; "
        f"{totals['checks']} checks, {totals['controls'] - totals['survived']} of {totals['controls']} wrong "
        f"forms refuted{_multiples(totals['multiples'])}; {_false_alarm(totals['tests'])}; "
        f"{_vouched(totals['vouched'])}{_kept(run)}{run.seconds:.1f} s"
    )


def _multiples(number: int) -> str:
    """How many of the wrong forms the engine made of formulas, if it made any."""
    return f" ({number} multiples)" if number else ""


def _false_alarm(tests: int) -> str:
    """What statistical tests may say by luck, all together."""
    if not tests:
        return "no statistical test"
    return f"false alarm ≤ {tests * LEVEL:.1e} ({tests} test{'s' if tests > 1 else ''})"


def _vouched(checks: int) -> str:
    """How many checks rest on something vouched, if any do."""
    if checks == 1:
        return "1 check rests on something vouched; "
    return f"{checks} checks rest on something vouched; " if checks else ""


def _kept(run: Run) -> str:
    """How many results are from a store, if there is one."""
    return "" if run.kept is None else f"{run.kept} of {run.totals['checks']} checks kept; "


def print_summary(run: Run, console: Console) -> None:
    """The summary table, what failed, what the proofs are, and the closing line."""
    print_table(console, summary_table(run))
    for line in failures(run):
        console.print(line, style="red", markup=False, highlight=False)
    if len(run.claims) > 1:
        console.print(proofs_line(run), highlight=False)
    console.print(closing_line(run), style="bold" if not run.failed else "bold red", highlight=False)


STYLE = """
:root { color-scheme: light dark; --paper: #fdfdfb; --ink: #1c1c1a; --soft: #6b6b66; --line: #dcdcd4;
  --holds: #1a7f37; --refuted: #b42318; --open: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --paper: #17181a; --ink: #e8e8e3; --soft: #a0a09a; --line: #33353a;
  --holds: #57c06f; --refuted: #ff7b6b; --open: #e0b040; } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem } h2 { font-size: 1.1rem; margin: 0 }
.soft, small { color: var(--soft) }
article { border-top: 1px solid var(--line); padding: 1rem 0 }
.badge { font-size: .8rem; font-weight: 600; border: 1px solid; border-radius: 1rem; padding: 0 .6rem; }
.holds { color: var(--holds) } .refuted, .error, .survived { color: var(--refuted) } .open { color: var(--open) }
table { border-collapse: collapse; font-variant-numeric: tabular-nums } .table { overflow-x: auto }
th { font-weight: 600; border-bottom: 1px solid var(--line) } .r { text-align: right; white-space: nowrap }
.statement { overflow-x: auto } math[display=block] { margin: .6rem 0; overflow-x: auto; display: block math }
details { margin: .25rem 0 } summary { cursor: pointer } ul { margin: .2rem 0 .6rem; padding-left: 1.4rem }
code { font-size: .9em } td, th { text-align: left; padding: .1rem .8rem .1rem 0; vertical-align: top }
li, p { overflow-wrap: anywhere }
"""


def as_html(run: Run) -> str:
    """One page with no address in it: statements as MathML, every check with its controls."""
    facts = ", ".join(f"{name} {number}" for name, number in versions().items())
    body = "\n".join(_claim_html(claim) for claim in run.claims)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>sparse-limits verify</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>\n'
        f"<header><h1>sparse-limits verify</h1><p>{html.escape(closing_line(run))}</p>"
        f'<p class="soft">seed {run.seed}, effort {run.effort}; {html.escape(facts)}</p>{_announced(run)}</header>\n'
        f'<div class="table">{table_as_html(summary_table(run))}</div>\n{body}\n</body></html>\n'
    )


def _announced(run: Run) -> str:
    """Of which claims the page says what they rest on without having run them."""
    labels = ", ".join(run.announced)
    return f'<p class="soft">not run: {labels}; what they rest on is as the ledger announces it</p>' if labels else ""


def _claim_html(result: ClaimResult) -> str:
    claim = result.entry.claim
    uses = f"; uses {', '.join(claim.uses)}" if claim.uses else ""
    checks = "\n".join(
        f'<details><summary><span class="{check.status}">{check.status}</span> <code>{html.escape(check.name)}</code> '
        f"<small>{check.kind}, {check.seconds:.2f} s</small></summary><p>{html.escape(check.description)}</p>"
        f"<p><small>{html.escape(check.detail)}</small></p>"
        + "".join(f"<p><small>vouched, not checked: {html.escape(note)}</small></p>" for note in check.vouched)
        + "<ul>"
        + "".join(
            f'<li>control: {html.escape(each.title)}: <span class="{"holds" if each.status == "refuted" else "survived"}">'
            f"{each.status}</span> <small>{html.escape(each.detail)}</small></li>"
            for each in check.controls
        )
        + "</ul></details>"
        for check in result.checks
    )
    return (
        f'<article id="{claim.label}"><h2>{claim.label} · {html.escape(claim.title)} '
        f'<span class="badge {result.status}">{result.status}</span></h2>'
        f"<small>{claim.provenance}; {html.escape(result.proof_in_words)}; {html.escape(str(claim.source))}{uses}</small>"
        f'<div class="statement">{markdown_to_html(claim.latex_statement)}</div>{_pitfalls_html(claim)}{_remarks_html(claim)}{_questions_html(claim)}{_steps_html(result)}{checks}</article>'
    )


def _steps_html(result: ClaimResult) -> str:
    """The proof, step by step, with what carries each; nothing for a proof in prose."""
    claim = result.entry.claim
    items = "".join(
        f"<li><b>{html.escape(step.name)}</b> <small>{html.escape(carried(step, result.links[step.name]))}"
        f"{html.escape(f'; uses {uses}') if (uses := ', '.join(step.uses)) else ''}</small>"
        f"{markdown_to_html(claim.filled(step.sentence))}</li>"
        for step in claim.steps
    )
    return f"<details><summary>Proof, {len(claim.steps)} steps</summary><ol>{items}</ol></details>" if items else ""


def _remarks_html(claim: Claim) -> str:
    remarks = "".join(f"<li>{markdown_to_html(remark)}</li>" for remark in claim.latex_remarks)
    return f"<details><summary>Remarks, outside the proof</summary><ul>{remarks}</ul></details>" if remarks else ""


def _questions_html(claim: Claim) -> str:
    questions = "".join(f"<li>{markdown_to_html(each)}</li>" for each in open_questions(claim))
    return f"<details><summary>Open questions</summary><ul>{questions}</ul></details>" if questions else ""


def _pitfalls_html(claim: Claim) -> str:
    titles = ("form", "origin", "fails", "by hand", "instead")
    pitfalls = "".join(
        "<li>"
        + "".join(
            f"<b>{title}</b>{markdown_to_html(claim.filled(text))}"
            for title, text in zip(titles, pitfall.texts, strict=True)
        )
        + "</li>"
        for pitfall in claim.pitfalls
    )
    return f"<details><summary>Forms that fail</summary><ul>{pitfalls}</ul></details>" if pitfalls else ""


FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)


def _prose(text: str) -> str:
    """Text without formulas: `**strong**` and `*emphasised*`, the rest is escaped."""
    strong = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html.escape(text))
    return re.sub(r"\*(?!\s)([^*]+)(?<!\s)\*", r"<em>\1</em>", strong)


def markdown_to_html(text: str) -> str:
    """Paragraphs and formulas of a statement: LaTeX becomes MathML, the rest is escaped."""
    from latex2mathml.converter import convert

    def piece(paragraph: str) -> str:
        made: list[str] = []

        def formula(found: re.Match[str]) -> str:
            latex = re.sub(r"\\tag\{(\w+)\}", r"\\qquad(\\text{\1})", found[1] or found[2])
            made.append(convert(latex, display="inline" if found[1] is None else "block"))
            return f"\0{len(made) - 1}\0"  # emphasis may hold formulas

        prose = _prose(FORMULA.sub(formula, paragraph))
        return "<p>" + re.sub("\0(\\d+)\0", lambda place: made[int(place[1])], prose) + "</p>"

    return "".join(piece(paragraph) for paragraph in re.split(r"\n\s*\n", text.strip()))
