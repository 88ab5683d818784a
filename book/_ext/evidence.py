"""What a build found about a claim as a folded table, its controls as the wrong formulas that they are."""

from __future__ import annotations

from html import escape

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence import Check, CheckResult
from sparse_limits.numerics.ledger.verification import ClaimResult
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.reports.bounds import named
from sparse_limits.numerics.reports.evidence_table import Wrong, rows_of, scope_of, wrong_formulas
from sparse_limits.numerics.reports.typesetting import broken

COLUMNS = ("kind", "holds for", "what", "n", "observed", "claimed", "bound")
ROOM = 24.0  # em of a formula beside what refutes it


def evidence_html(result: ClaimResult) -> str:
    """The evidence of this build, folded: each check with its findings and the wrong formulas that it refuted."""
    label = result.entry.label
    forms, refuted = result.wrong_forms
    kinds = [check.kind for check in result.checks]
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    known = {check.name: check for check in checks_of(result.entry.topic) if check.claim is result.entry.claim}
    head = "".join(f'<th scope="col">{each}</th>' for each in COLUMNS)
    body = "".join(_check_html(label, check, known.get(check.name)) for check in result.checks)
    return (
        f'<details class="claim-evidence"><summary>Evidence of this build: {counted}; {refuted} of {forms} '
        f'wrong forms refuted</summary><div class="claim-scroll" tabindex="0" role="region" aria-label="Evidence of {label}">'
        f'<table class="claim-findings"><colgroup>{"<col>" * len(COLUMNS)}</colgroup><thead><tr>{head}</tr></thead>{body}</table></div></details>'
    )


def anchor(label: str, check: str) -> str:
    """The place of a check in the evidence of its claim."""
    return f"evidence-{label}-{check}"


def check_links(label: str, checks: list[CheckResult]) -> str:
    """Links to checks where they stand in the evidence."""
    links = (f'<a href="#{anchor(label, each.name)}">{escape(named(each.name))}</a>' for each in checks)
    return f"{'check' if len(checks) == 1 else 'checks'} {', '.join(links)}" if checks else ""


def _check_html(label: str, check: CheckResult, known: Check | None) -> str:
    rows = rows_of(check)
    tall = f' rowspan="{len(rows)}"' if len(rows) > 1 else ""
    mark = f'<span class="claim-mark {check.status}">{check.status}</span>'
    vouched = f" Vouched, not checked: {'; '.join(check.vouched)}." if check.vouched else ""
    step = f' <span class="claim-small">of step {escape(check.step)}</span>' if check.step else ""
    what = f"<b>{escape(named(check.name))}</b>{step}: {mark}<br>{escape(check.description)}{escape(vouched)}"
    first = f"<td{tall}>{check.kind}</td><td{tall}>{scope_of(check)}</td><td{tall}>{what}</td>"
    lines = [
        f"<tr>{first if place == 0 else ''}{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for place, row in enumerate(rows)
    ]
    wrong = wrong_formulas(check, known)
    head = (
        f'<tr class="claim-wrong-head"><th colspan="3" scope="col">{many(len(wrong), "wrong formula")} in the same lines</th>'
        '<th colspan="4" scope="col">fails by</th></tr>'
        if wrong
        else ""
    )
    return f'<tbody id="{anchor(label, check.name)}">{"".join(lines)}{head}{"".join(map(_wrong_html, wrong))}</tbody>'


def _wrong_html(control: Wrong) -> str:
    mark = "holds" if control.status == "refuted" else "refuted"
    formula = f"<br>{inline(control.latex)}" if control.latex else ""
    return (
        f'<tr class="claim-wrong"><td colspan="3"><em>{escape(control.name)}</em>{formula}</td>'
        f'<td colspan="4"><span class="claim-mark {mark}">{control.status}</span> {escape(control.by)}</td></tr>'
    )


def inline(latex: str) -> str:
    """A formula of raw HTML, which `_static/claims.js` has MathJax set when its fold is opened: there are thousands."""
    return rf'<span class="claim-tex">\({escape(broken(latex, ROOM))}\)</span>'
