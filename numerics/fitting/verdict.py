"""What a fit of a mask says in words: where the mask came from, and which method made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.door import door
from sparse_limits.numerics.fitting.block_patterns import Selection
from sparse_limits.numerics.fitting.explanation import TRAINING, Explanation, Origin, Status, one_law, origin_of
from sparse_limits.numerics.fitting.fit import Fit
from sparse_limits.numerics.fitting.homogeneity import Homogeneity, selected_by
from sparse_limits.numerics.fitting.levels import FEW_ROWS, REJECTED, UNLIKELY
from sparse_limits.numerics.fitting.structure import Removal, Structure
from sparse_limits.theory.graphon.taxonomy import CLASSES, Heterogeneity
from sparse_limits.theory.saliency import constant_graphon, synflow_factorises
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.saliency.threshold import s as scale
from sparse_limits.theory.tails import t

CLASS_WORDS = {
    Heterogeneity.HOMOGENEOUS: "homogeneous",
    Heterogeneity.ROW: "row-heterogeneous",
    Heterogeneity.COLUMN: "column-heterogeneous",
    Heterogeneity.BOTH: "doubly heterogeneous",
}
DATA_TELLS = {
    Heterogeneity.COLUMN: "a factor of columns under one threshold is what no method at initialisation leaves (wanda ranks in "
    "rows) and what training can",
    Heterogeneity.BOTH: "one factor of rows and one of columns is what SNIP, GraSP and training leave: --data tests them",
}


@dataclass(frozen=True)
class Verdict:
    """What a mask alone says, and with data what the tests of methods leave of that.

    status: structured, fitted_explains, fitted_does_not_explain (by the mask alone, but a method does, with its data),
    not_recognised or nothing_to_fit. kind: the class of G6.1, in words.
    selection: in which blocks weights were ranked, None for one threshold. constant_is_noise, fitted_explains: whether
    the distance to the constant graphon, and to the fitted one, is that of drawn masks; None where nothing is fitted.
    compatible_methods: with data those that are not rejected; without, those of this class, which is no proof, if the
    mask shows nothing that none of them leaves. lines: all of it in sentences.
    """

    status: str
    kind: str
    selection: Selection | None
    constant_is_noise: bool | None
    fitted_explains: bool | None
    compatible_methods: list[str]
    lines: list[str]


@dataclass(frozen=True)
class Account:
    """Which method made a mask, as far as the tests tell.

    status: that of the `Origin`, or no_data, structured (and no data) or nothing_to_fit. methods: the laws that are not
    rejected, by the names of their methods. untested: what nothing is known of here. nearest: the likeliest method.
    lines: all of it in sentences.
    """

    status: str
    methods: list[list[str]]
    untested: list[str]
    nearest: str | None
    lines: list[str]


@door
def verdict(found: Fit) -> Verdict:
    """Say in words what a mask shows: its class, the selection of its weights, and whether the fitted graphon explains it.

    If the fit has data, the compatible methods are the methods that the tests do not reject. Otherwise they are methods
    that leave masks of the same class; the class alone is no proof.

    Parameters
    ----------
    found : result of `fit`, with or without data

    Returns
    -------
    Verdict, with a `status`, the class in `kind`, the `compatible_methods`, and sentences in `lines`. The status is
    nothing_to_fit for a mask that keeps all or none of its entries.

    Raises
    ------
    InputError : if `found` is not a `Fit`.

    References
    ----------
    Claims G1.1, G6.1, G6.2.

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits import fit, sample_rank_one
    >>> u = np.linspace(0.05, 0.6, 300)
    >>> said = verdict(fit(sample_rank_one(u, u, np.random.default_rng(0))))
    >>> said.kind, said.fitted_explains
    ('doubly heterogeneous', True)
    """
    if found.homogeneity is None or found.model is None or found.to_constant is None or found.to_fitted is None:
        kept = "every weight is kept" if found.mask.nnz else "no weight is kept"
        words = CLASS_WORDS[Heterogeneity.HOMOGENEOUS]
        return Verdict("nothing_to_fit", words, None, None, None, [], [f"{kept}: there is nothing to fit"])
    kind, selection = found.homogeneity.kind, selected_by(found.homogeneity)
    noise, explains = found.to_constant.is_noise, found.to_fitted.is_noise
    if found.structure is not None:
        lines = _structure_lines(found.structure, found.mask.shape)
        return Verdict("structured", CLASS_WORDS[kind], selection, noise, explains, ["structured pruning"], lines)
    lines = [
        _class_line(found, kind),
        *_whole_lines(found.homogeneity),
        *([] if selection is None else [_selection_line(selection, found.mask.shape)]),
        _distance_line(found, kind, explains),
    ]
    unrecognised = _unrecognised(found, explains)
    if found.methods is not None:
        tested, excluded = found.methods
        methods = [name for each in tested if each.fits for name in one_law(each.method, excluded)]
    else:
        methods = [] if unrecognised else of_class(found.homogeneity, found.density, selection)
    if not unrecognised or methods:
        if kind in DATA_TELLS and found.methods is None and selection is None:
            lines.append(DATA_TELLS[kind])
        status = "fitted_explains" if explains else "fitted_does_not_explain"
        return Verdict(status, CLASS_WORDS[kind], selection, noise, explains, methods, lines)
    lines.append(f"structure not recognised: {'; '.join(unrecognised)}{_hint(found)}")
    return Verdict("not_recognised", CLASS_WORDS[kind], selection, noise, explains, [], lines)


def _whole_lines(found: Homogeneity) -> list[str]:
    sides = [name for name, side in (("rows", found.rows), ("columns", found.columns)) if side.whole]
    if not sides:
        return []
    return [f"{' and '.join(sides)} are kept whole or not at all: structured pruning, of units and not of weights"]


def _selection_line(selection: Selection, shape: tuple[int, int]) -> str:
    along = "column" if selection.columns else "row"
    line = selection.length == shape[0 if selection.columns else 1]
    apart = "" if selection.step == 1 else f", {selection.step} apart"
    channels = f" (channels at one place of a kernel of {selection.step})" if apart and not selection.columns else ""
    block = f"each {along}" if line else f"each block of {selection.length}{apart}{channels} along every {along}"
    return (
        f"{block} keeps exactly {selection.kept} of {selection.length}: weights were ranked within it, not over the "
        f"layer ({'S12' if line else 'S13'}); no factor of the {along}s can be seen; drawn masks and methods keep this number, too"
    )


def _distance_line(found: Fit, kind: Heterogeneity, explains: bool) -> str:
    assert found.model is not None
    assert found.to_fitted is not None
    evened = found.seen is not None and found.seen.even
    verb = "does not explain the mask" if not explains else "explains all but that" if evened else "explains the mask"
    which = "the fitted graphon, the constant one," if found.model.is_constant else "the fitted graphon"
    richer = "; rows then follow more than one factor, as SNIP's do on real data (G11)"
    return (
        f"{which} {verb}: cut distance "
        f"{found.to_fitted.cut.lower:.3g}, in masks drawn from it {around(found.to_fitted.drawn)}"
        f"{richer if not explains and kind is Heterogeneity.BOTH else ''}"
    )


def _unrecognised(found: Fit, explains: bool) -> list[str]:
    """What is seen in a mask that its fitted graphon, or the methods of its class, do not explain; nothing if they do."""
    assert found.seen is not None
    if phrases := found.seen.phrases:
        return phrases
    return [] if explains else ["beyond the counts of its rows and columns the mask has a pattern"]


def _hint(found: Fit) -> str:
    """What could still explain a mask that was compared with no data."""
    assert found.seen is not None
    if found.methods is not None or found.seen.tiles is not None:
        return ""
    return "; methods that read data leave more than counts show, and --data tests them"


def _class_line(found: Fit, kind: Heterogeneity) -> str:
    assert found.to_constant is not None
    assert found.certified is not None
    words = CLASS_WORDS[kind]
    if kind is Heterogeneity.HOMOGENEOUS:
        assert found.homogeneity is not None
        if not found.to_constant.is_noise:
            return f"{words} in its degrees only: neither rows nor columns vary more than chance allows"
        return f"{words}: neither rows nor columns vary more than chance allows"
    sides = {
        Heterogeneity.ROW: "rows vary",
        Heterogeneity.COLUMN: "columns vary",
        Heterogeneity.BOTH: "both sides vary",
    }
    certified = "; certified by the cut distance to the constant graphon too (G1)"
    return f"{words}: {sides[kind]} more than chance allows{certified if _beyond_g1(found) else ''}"


def _beyond_g1(found: Fit) -> bool:
    return bool(found.to_constant and found.certified and found.to_constant.cut.lower > found.certified)


def of_class(found: Homogeneity, density: float, selection: Selection | None) -> list[str]:
    """The methods of G6.1 whose class the counts of a mask have; selection: where weights were ranked, if in lines or blocks.

    Under one threshold columns vary by what methods read of the data: without data these methods are not named. DATA_TELLS says why.
    """
    kind = found.kind
    if found.rows.whole or found.columns.whole:
        return ["structured pruning"]
    if selection is not None:
        return _of_ranked(kind, selection)
    names = [] if kind in DATA_TELLS else [name for name, its in CLASSES.items() if its is kind]
    if kind is not Heterogeneity.HOMOGENEOUS and _like_deep_synflow(found, density):
        names.append("deep synflow")
    return names


def _of_ranked(kind: Heterogeneity, selection: Selection) -> list[str]:
    """The methods whose masks have this class where weights are ranked in rows or columns: there a factor of these drops out."""
    if kind is Heterogeneity.HOMOGENEOUS:
        return ["random", "magnitude", "wanda" if selection.columns else "synflow"]
    return [
        "synflow, or any score with a row factor" if selection.columns else "wanda, or any score with a column factor"
    ]


def _like_deep_synflow(found: Homogeneity, density: float) -> bool:
    """Whether both sides vary about as much as S11 says about deep SynFlow."""
    inflation = numeric((t, rho), synflow_factorises.expressions["variance_inflation"])
    level = numeric((rho, scale), constant_graphon.expressions["threshold"])(density, 1.0)
    expected = float(inflation(level, density))
    sides = found.rows, found.columns
    return all(abs(side.chi / expected - 1) < 4 * np.sqrt(2 / side.number) for side in sides if side.number > 1)


def _structure_lines(found: Structure, shape: tuple[int, int]) -> list[str]:
    """How many whole lines are gone or kept, and why methods that prune weight by weight do not leave such a mask."""
    if found.whole:
        gone = " and ".join(f"{each.lines.size} of {_number(each, shape)} {each.side}" for each in found.removals)
        return [f"structured: {gone} are gone, and every weight of the rest is kept (chance below {UNLIKELY:g})"]
    return [_removal_line(each, shape) for each in found.removals]


def _removal_line(found: Removal, shape: tuple[int, int]) -> str:
    side, others = found.side, _number(found, shape) - found.lines.size
    done, near = ("are kept whole", "full") if found.kept else ("are gone", "empty")
    else_ = {
        ("rows", False): ", or units that no sample activates",
        ("columns", False): ", or inputs that are 0 throughout",
    }.get((side, found.kept), "")
    return (
        f"structured: {found.lines.size} of {_number(found, shape)} {side} {done}, while {found.nearly} of the other "
        f"{others} are nearly {near}; pruning weight by weight would leave more of these (p {found.p:.1g}): whole {side} "
        f"were chosen{else_}"
    )


def _number(found: Removal, shape: tuple[int, int]) -> int:
    return shape[("rows", "columns").index(found.side)]


@door
def account(found: Fit) -> Account:
    """Say in words which pruning method made a mask, according to the tests with the data at a level of 1 %.

    Methods whose masks have the same law, such as random and magnitude (S2), are in one list.

    Parameters
    ----------
    found : result of `fit` with data

    Returns
    -------
    Account, with a `status`, the `methods` that are not rejected, the `untested` methods, the `nearest` method, and
    sentences in `lines`. Without data the status is no_data, or structured if whole rows or columns are removed or
    kept. The status is nothing_to_fit for a mask that keeps all or none of its entries.

    Raises
    ------
    InputError : if `found` is not a `Fit`.

    References
    ----------
    Claims S2, S4, S6, S8, S11, S12, S13 (the laws of the tested methods).

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits import fit, global_mask, load_data
    >>> weights = np.random.default_rng(0).standard_normal((64, 64))
    >>> found = fit(global_mask(abs(weights), 0.1), load_data("digits", labels="is0"), fresh_rows=2000)
    >>> account(found).status, account(found).methods
    ('explained', [['random', 'magnitude']])
    """
    if found.homogeneity is None:
        return Account("nothing_to_fit", [], [], None, [])
    structured = found.structure is not None
    if found.methods is None:
        return Account("structured" if structured else "no_data", [], [], None, [])
    origin = origin_of(*found.methods, found.mask.shape[0], structured)
    lines = _sentences(origin, found.methods.tested)
    laws = [list(law) for law in origin.laws]
    return Account(str(origin.status), laws, list(origin.untested), origin.nearest, lines)


def _sentences(origin: Origin, found: Sequence[Explanation]) -> list[str]:
    """What follows from the tests of the methods."""
    level = f"{REJECTED:.0%}"
    laws = "; ".join(_joined(law) for law in origin.laws)
    same = [f"{_joined(law)} give the same law here" for law in origin.laws if len(law) > 1]
    untested = f"; {_joined(origin.untested)} could not be tested" if origin.untested else ""
    match origin.status:
        case Status.STRUCTURED:
            first = "no method at initialisation is named: whole lines were chosen, and the rest is analysed separately"
        case Status.EXPLAINED:
            verb = "explains" if len(origin.laws[0]) == 1 else "explain"
            first = f"{laws} {verb} the mask: not rejected, while every other method is, at level {level}"
        case Status.NOT_TOLD_APART:
            first = f"not distinguished, as they are not rejected at level {level}: {laws}{untested}"
        case Status.NONE_EXPLAINS:
            first = (
                f"no method at initialisation explains the mask: all are rejected at level {level}; the nearest is "
                f"{origin.nearest}. So training, another method or network, or other data, labels, scaling or residual "
                "made it, unless the right method was rejected by chance"
            )
        case _ if not found:
            return ["no method is named: none could be tested"]
        case _:
            first = f"no method is named: what could be tested is rejected at level {level}{untested}"
    bound = (
        f"level {level}: the method that made the mask, in this setting, is rejected with at most this chance; if none of "
        "them made it, no level bounds how often one passes"
    )
    if TRAINING in origin.untested:
        same.append(f"fewer than {FEW_ROWS} rows do not distinguish {TRAINING} from a method that reads the data")
    likelihoods = [each.log_likelihood for each in found if each.fits]
    apart = (
        [f"their likelihoods differ by {max(likelihoods) - min(likelihoods):.1f} nats at most"]
        if len(likelihoods) > 1
        else []
    )
    few = [each.method for each in found if not each.exact]
    rough = [f"p of {_joined(few)}: extrapolated from too few drawn masks, so the level is not exact"] if few else []
    return [first, *same, *apart, bound, *rough]


def _joined(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def around(values: np.ndarray) -> str:
    """Mean ± standard deviation."""
    return f"{values.mean():.3g} ± {values.std(ddof=1):.1g}"
