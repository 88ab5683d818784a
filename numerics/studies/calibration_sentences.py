"""What the study of calibration found, in plain words, from its numbers alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.studies.calibration_summary import CalibrationSummary, ControlRow, TestRow

NAMED = 5  # tests or checks that a sentence names


def sentences(found: CalibrationSummary) -> list[str]:
    """Of p-values, of false alarms, of wrong forms, of what so few seeds can show, and of what was left out."""
    return [*_p_values(found), *_alarms(found), *_misses(found), *_power(found), *_left_out(found)]


def _p_values(found: CalibrationSummary) -> Iterator[str]:
    tests, protocol = found["tests"], found["protocol"]
    wrong = [row for row in tests if not row["calibrated"]]
    yield _counted(
        f"Of {many(len(tests), 'test')} of true claims at {many(protocol['seeds'], 'seed')} each, {len(wrong) or 'none'} "
        f"{'has' if len(wrong) == 1 else 'have'} p-values that are small too often",
        map(_test, wrong),
    )
    if found["shares"]:
        whole = found["shares"][0]
        pairs = list(zip(protocol["thresholds"], whole["shares"], strict=True))[:-1]
        seen = ", ".join(f"{share:.2%} are at most {t:g}" for t, share in pairs)
        yield f"Of all {whole['p_values']} p-values {seen}; under the uniform law {', '.join(f'{t:.2%}' for t, _ in pairs)}."


def _alarms(found: CalibrationSummary) -> Iterator[str]:
    alarms = found["alarms"]
    yield (
        f"{alarms['refuted'] or 'None'} of {many(alarms['tests'], 'p-value')} refuted a true claim; the level of the tests allows "
        f"{alarms['allowed']:.1e} on average."
    )


def _misses(found: CalibrationSummary) -> Iterator[str]:
    promised = [row for row in found["controls"] if row["p"] is not None]
    if not promised:
        yield "No plan promises to detect a wrong form with samples of this size."
        return
    wrong = [row for row in promised if not row["calibrated"]]
    tried, missed = sum(row["seeds"] for row in promised), sum(row["missed"] for row in promised)
    planned = sum(row["mean"] * row["seeds"] for row in promised)
    yield _counted(
        f"Plans promise to detect {many(len(promised), 'wrong form')}: in {many(tried, 'trial')} {missed} were missed, by the "
        f"plans at most {planned:.3g} on average; {len(wrong) or 'none'} of these {'is' if len(wrong) == 1 else 'are'} missed "
        "more often than planned",
        map(_control, wrong),
    )


def _power(found: CalibrationSummary) -> Iterator[str]:
    protocol = found["protocol"]
    pairs = list(zip(protocol["thresholds"], protocol["refused"], strict=True))[:-1]
    seen = [(least, t) for t, least in pairs if least is not None]
    blind = [f"{t:g}" for t, least in pairs if least is None]
    if seen:
        (least, t), *others = seen
        first = f"{least} of {many(protocol['seeds'], 'p-value')} are at most {t:g}"
        yield f"A test is called uncalibrated if at least {', or '.join([first, *(f'{k} at most {u:g}' for k, u in others)])}."
    if blind:
        yield f"So few seeds show nothing about p-values of at most {' and '.join(blind)}."


def _left_out(found: CalibrationSummary) -> Iterator[str]:
    small = [each for each in found["left_out"] if each["why"] == "size"]
    costly = [each for each in found["left_out"] if each["why"] == "cost"]
    if small:
        names = [f"{each['label']} {each['check']} ({each['reason']})" for each in small]
        yield f"{many(len(small), 'check')} cannot run with samples so small: {'; '.join(names)}."
    if costly:
        labels = dict.fromkeys(each["label"] for each in costly)
        most = found["protocol"]["most"]
        yield f"Left out, because expected to take more than {most:g} s: {many(len(costly), 'check')}, of {', '.join(labels)}."


def _counted(said: str, names: Iterable[str]) -> str:
    """A sentence, with the first of the names after a colon."""
    every = list(names)
    more = [f"and {len(every) - NAMED} more"] if len(every) > NAMED else []
    return f"{said}: {'; '.join(every[:NAMED] + more)}." if every else f"{said}."


def _test(row: TestRow) -> str:
    return f"{row['label']} {row['check']}, test {row['place']} (p = {row['p']:.1e})"


def _control(row: ControlRow) -> str:
    return (
        f"{row['label']} {row['check']}, {row['control']}, test {row['place']} ({row['missed']} of {row['seeds']}, planned "
        f"{row['planned']:.1e})"
    )
