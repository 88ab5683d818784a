"""E12.1: sums of functions of few inputs each in networks of any depth: neurons of their own, layer by layer."""

from dataclasses import replace
from functools import cache
from itertools import combinations, product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.expressivity.approximation import tail_of
from sparse_limits.theory.expressivity.relays import bound as largest_input
from sparse_limits.theory.expressivity.relays import relay, x
from sparse_limits.theory.expressivity.symbols import ACTIVE, EDGE, FLOOR_SHARE, NEURONS, alpha, k, m, n, p, units
from sparse_limits.theory.expressivity.wired_counts import poisson_bound
from sparse_limits.theory.expressivity.wired_neurons import at_least
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import FAILURE, UP_TO_ONE, delta
from sparse_limits.theory.kernel.dual import DEPTH, depth
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.questions import OpenQuestion
from sparse_limits.theory.reasons import Relations, holds, induction, nonnegative, same

functions = sp.Symbol("M", integer=True, positive=True)  # in the sum
fan_in = sp.Symbol("k_l", integer=True, positive=True)  # units below to which a unit is wired
y = sp.Symbol("y", real=True)  # a number that is passed on
size = sp.Symbol("B", positive=True)  # of its modulus
copies = sp.Symbol("c", integer=True, nonnegative=True)  # of each unit of the layer below

needed = functions * units
layer_failure = functions * (1 - at_least(n, alpha * p**fan_in, needed))
first_failure = layer_failure.subs(fan_in, k)
later_failure = layer_failure.subs(fan_in, units)
deep_failure = first_failure + (depth - 1) * later_failure
layer_success = at_least(n, alpha * p**fan_in, units)  # of one function, in neurons of its own
own_success = (layer_success.subs(fan_in, k) * layer_success.subs(fan_in, units) ** (depth - 1)) ** functions
most = sp.Max(k, units)
small_failure = depth * functions * sp.exp(-(1 - sp.log(2)) / 2 * alpha * n * p**most)
deep_width = sp.Max(2 * needed, 2 * sp.log(depth * functions / delta) / (1 - sp.log(2))) / (alpha * p**most)
passed = sp.Max(y + size, 0)
missed = units * (1 - p) ** copies
copied = alpha * (1 - (1 - p) ** copies) ** units
copied_least = alpha * (1 - units * sp.exp(-p * copies))
enough_copies = sp.log(2 * units) / p
few_copies = alpha * sp.exp(-missed)
half_copies = sp.log(1 - 2 ** (-sp.S.One / units)) / sp.log(1 - p)
no_path = (1 - p * (1 - (1 - p) ** n)) ** n  # from one input over two layers of n neurons, to any of the last
least_width = Smallest(sp.Lambda(n, no_path), delta, sp.S.One)
ONE_PATH = {alpha: sp.S.One, k: sp.S.One, units: sp.S.One, functions: sp.S.One, depth: sp.Integer(2)}

STEPS = proof(
    r"""
a layer given those below (by E1): Suppose that each function has its units in the layers below. The edges into a layer are independent of
the edges below, and so of the choice made there. So a neuron is wired to the $k_l\le N$ units of $f_q$ in the layer below, or to its
$k_l\le k$ inputs, with probability at least $\alpha p^{k_l}$, and the number of such neurons is at least a $\mathrm{Bin}(n,\alpha
p^{k_l})$.

one function after the other: If $[[needed]]$ neurons are wired for each function, each function finds $N$ neurons that no other function
has taken, whichever function comes last.

a layer fails (from a layer given those below, one function after the other): Some function finds fewer neurons with probability at most $M$
times the probability for one function, $[[layer_failure]]$.

some layer fails (from a layer fails; by union bound): If any layer fails, some layer is the first that fails, given those below. The
probability of this is at most the sum of the probabilities for each layer.

all layers (from some layer fails): The first layer is wired to $k$ inputs. Each further layer adds the probability for $N$ units below. For
$L$ layers the sum is $[[deep_failure]]$.

a layer of one's own (from a layer given those below): Among $n$ neurons of its own, a function finds its $N$ neurons with probability at
least $[[layer_success]]$. The probability is exactly this if each neuron, independently, has edges of probability $p$ to these $k_l$ units
with probability exactly $\alpha$, and otherwise none.

all layers of one's own (from a layer of one's own): Functions with neurons of their own share no edges, and neither do layers given those
below. So $M$ functions of $L$ layers succeed with the product of the probabilities, $[[own_success]]$.

larger exponent (from all layers): Let $K=[[most]]$. Neither $p^k$ nor $p^N$ is less than $p^K$, because neither $k$ nor $N$ exceeds $K$,
and $p\le1$.

half of the mean (from all layers, larger exponent; by monotonicity): If $\alpha np^K\ge2MN$, a number below $MN$ is below half of the mean
of each of these binomial numbers.

lower tail (by E2): A binomial number of mean $\mu$ has $P(<\frac\mu2)\le e^{-\frac{1-\ln2}2\mu}$.

small failure (from half of the mean, lower tail): So for these $n$ the $LM$ probabilities add up to at most $[[small_failure]]$.

width (from larger exponent, small failure): From $n=[[deep_width]]$ on, $\alpha np^K\ge2MN$ and $[[small_failure]]\le\delta$; at this $n$
one of the two is an equality.

dense networks (cited: Leshno, Lin, Pinkus and Schocken, Neural Networks 6, 1993, 861–867: the sums of units with a continuous activation
that is no polynomial are dense in the continuous functions on a compact set): For continuous $f_q$ on $[-R,R]^k$ there are networks of one
layer of $N$ ReLU units whose errors are less than $\varepsilon_q$.

passed on (from dense networks): Let $y$ be the output of such a network, with $|y|\le B$ on the cube. One unit of the second layer has the
output $[[passed]]=y+B$, one unit of each further layer passes it on, and the readout subtracts $B$.

copies (from a layer given those below; by independence): Let $c$ neurons of the layer below stand for each of $N$ units. A neuron that
has edges of probability $p$ to these with probability $\alpha$, and otherwise none, has an edge to a copy of each unit with probability
$[[copied]]$. More probable edges make it no smaller.

missing (from copies; by union bound): A neuron with such edges has none to any copy of some unit with probability at most $[[missed]]$.

many copies (from missing; by exponential): As $1-p\le e^{-p}$, the probability of *copies* is at least $[[copied_least]]$.

enough copies (from many copies): From $c=[[enough_copies]]$ on, this is at least $\frac\alpha2$.

few copies (from copies, missing; by exponential): As $1-x\le e^{-x}$ at $x=(1-p)^c$, the probability of *copies* is at most $[[few_copies]]$.
""",
    globals(),
)


@cache
def least_enough(number: int, own: int) -> int:
    """How many wired neurons each function needs at least, so that all find theirs, one after the other, whichever neurons these are."""

    def enough(wired: int) -> bool:
        sets = list(combinations(range(wired + 1), wired))
        return all(served(family, own) for family in product(sets, repeat=number))

    wired = 1
    while not enough(wired):
        wired += 1
    return wired


def served(family: tuple[tuple[int, ...], ...], own: int) -> bool:
    """Whether each function finds so many neurons of its set that none before it has taken."""
    taken: set[int] = set()
    for wired in family:
        free = [v for v in wired if v not in taken][:own]
        if len(free) < own:
            return False
        taken.update(free)
    return True


def powers(gap: sp.Expr) -> sp.Expr:
    """Powers of tails collected in the two cases of all of them, more units than neurons or not; each sum a positive letter."""
    for case in (0, 1):
        there = gap.replace(lambda each: isinstance(each, sp.Piecewise), lambda each: each.args[case].expr)  # noqa: B023
        sums = {each: sp.Dummy(positive=True) for each in sorted(there.atoms(sp.Sum), key=sp.default_sort_key)}
        if (left := sp.simplify(there.xreplace(sums))) != 0:
            return left
    return sp.S.Zero


def each_function_takes_its_units(needed: sp.Expr) -> Relations:
    """One function needs N; one more function takes N before the last. And all sets of neurons of few functions."""
    yield induction(needed, functions, units, lambda term: term + units, start=1)
    for number, own in ((1, 1), (1, 2), (2, 1), (2, 2), (3, 1)):
        least = least_enough(number, own)
        claimed = needed.subs({functions: number, units: own})
        yield holds(claimed == least, f"{number} functions of {own} units: {claimed}, by all sets {least}")


def layers_fail_one_by_one(layer_failure: sp.Expr, deep_failure: sp.Expr) -> Relations:
    """The first layer by itself, and what one more adds, all letters free."""
    first, later = layer_failure.subs(fan_in, k), layer_failure.subs(fan_in, units)
    yield induction(deep_failure, depth, first, lambda term: term + later, start=1, by=sp.expand)


def own_layers_succeed_one_by_one(layer_success: sp.Expr, own_success: sp.Expr) -> Relations:
    """One layer of one function; one more function, and one more layer of one function, bring a factor each."""
    start, later = (layer_success.subs(fan_in, below) for below in (k, units))
    one = own_success.subs(functions, 1)
    yield induction(one, depth, start, lambda term: term * later, start=1, by=powers)
    yield induction(own_success, functions, one, lambda term: term * one, start=1, by=powers)


def small_failures_are_lower_tails(most: sp.Expr, small_failure: sp.Expr) -> Relations:
    """The second-best bound of E2 for n neurons, each wired to the larger of k and N, for each layer and function."""
    tail = valued(poisson_bound, {m: n, k: 1, p: alpha * p**most})
    yield same(small_failure, depth * functions * tail)


def outputs_are_passed_on(passed: sp.Expr, relay: sp.Expr) -> Relations:
    """The relay of E8, for an output in place of an input; at every distance of y from −B it has that distance as its value."""
    yield same(passed, relay.subs({x: y, largest_input: size}))
    distance = sp.Symbol("distance", nonnegative=True)
    yield same(passed.subs(y, distance - size), distance)


def copies_are_enough_for_half(enough_copies: sp.Expr, copied_least: sp.Expr, half_copies: sp.Expr) -> Relations:
    """There the bound is α/2, as the probability itself is at the exact number, and more copies make it no smaller."""
    yield same(copied_least, alpha / 2, where={copies: enough_copies})
    yield same(copied, alpha / 2, where={copies: half_copies})
    yield nonnegative(sp.diff(copied_least, copies), alpha * units * p * sp.exp(-p * copies))


deep_union = Claim(
    label="E12.1",
    title="Sums of functions of few inputs in deep networks: separate neurons in each layer",
    statement=r"""
Let $f=f_1+\dots+f_M$. Let $f_q$ depend on at most $k$ inputs $S_q$ and be within $\varepsilon_q$ of a network on
these inputs with $L$ hidden layers of at most $N$ units each. Consider a masked network with $L$ hidden layers of $n$
neurons and a dense readout. Given the other neurons of its layer and the layers below, let each neuron have,
with probability at least $\alpha$, edges of probability at least $p$, independent given this, to all that it is to
be wired to. Then, except with probability at most
$$[[deep_failure]],$$
the masked network contains the sum of the $M$ networks, which is within $\sum_q\varepsilon_q$ of $f$, each network in
neurons of its own. For $n\ge[[deep_width]]$ the exceptional probability is at most $\delta$. The number $L$ of layers
enters this width only through its logarithm, and the number of other inputs not at all. Parts of the layers that are
chosen beforehand, $n$ neurons of each layer for each function, contain the networks with probability at least
$[[own_success]]$. A choice of the first $N$ neurons that are wired to those chosen below succeeds with exactly this
probability under two conditions: each network has $k\ge1$ inputs and $N$ units in each layer; and each neuron has,
independently and with probability exactly $\alpha$, edges of probability $p$ to all that it is to be wired to, and
otherwise none. All continuous $f_q$ on $[-R,R]^k$ have such networks of ReLU units, for every $\varepsilon_q>0$ and
$L$, with an $N$ that depends on $R$, the $f_q$ and the $\varepsilon_q$, but not on $L$.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "beyond the abstract, which has “a Universal Approximation Theorem for sparse networks that depends only on the "
        "intrinsic dimension of active coordinate subspaces”; the proof rests on Leshno et al. (1993)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        replace(NEURONS, within=COUNT_FROM_ZERO, drawn=(12, 30)),
        replace(ACTIVE, meaning="number of inputs of each function", drawn=(1, 3)),
        replace(
            EDGE,
            meaning="probability of an edge, a lower bound where it varies",
            drawn=(sp.Rational(1, 2), sp.Rational(19, 20)),
        ),
        FLOOR_SHARE.drawn_from(sp.Rational(1, 2), sp.Rational(19, 20)),
        Quantity(units, "number of units of each function in each layer", COUNT_FROM_ZERO, drawn=(1, 3)),
        Quantity(functions, "number of functions in the sum", COUNT, drawn=(1, 3)),
        Quantity(
            fan_in,
            "number of units of the layer below, or of inputs, that a unit is wired to",
            COUNT_FROM_ZERO,
            drawn=(1, 3),
        ),
        DEPTH,
        replace(FAILURE, within=UP_TO_ONE, convention=""),
        Quantity(y, "output of the network of one function", sp.S.Reals, drawn=(-1, 1)),
        Quantity(size, "largest modulus of that output", POSITIVE, drawn=(1, 4)),
        Quantity(copies, "number of neurons of the layer below that stand for each unit", COUNT_FROM_ZERO, (1, 6)),
    ),
    hypotheses=(
        Hypothesis("the masks of the layers are independent, and so are the neurons of a layer given those below"),
        Hypothesis("biases, unbounded weights; the readout edges of wired neurons are present"),
        Hypothesis("an output within its bounds", sp.Abs(y) <= size, ("passed",)),
        Hypothesis("at least one unit in each layer", units >= 1, ("enough_copies",)),
    ),
    also=("passed", "copied", "copied_least", "enough_copies", "few_copies"),
    aids={"relay": relay, "no_path": no_path, "least_width": least_width, "half_copies": half_copies},
    sharp=(
        Sharp(
            expression="own_success",
            example="$k$ inputs of each function, and parts of exactly $N$ neurons in each layer ($n=N$), all of which must be wired; "
            "edges of the probability $p$",
            check="small_networks_over_all_masks",
            side=Side.BELOW,
        ),
    ),
    loose=(
        Loose(
            expression="deep_failure",
            truth="no_path",
            at=tuple({**ONE_PATH, n: width, p: sp.Rational(1, 2)} for width in (4, 10)),
            lost="at most, as more units may cost more: two layers for a function of one input that needs one unit in each fail where no path of two edges starts at this input, and the bound requires one first neuron whatever else there is",
        ),
        Loose(
            expression="deep_width",
            truth="least_width",
            at=tuple({**ONE_PATH, p: sp.Rational(1, 2), delta: sp.Rational(1, odds)} for odds in (10, 1000)),
            lost="in half of the mean and the bound on the lower tail (E2), and a little in *deep failure*; at most, for the same functions",
        ),
        Loose(
            expression="copied_least",
            truth="copied",
            at=tuple({alpha: 1, units: 2, copies: number, p: sp.Rational(1, 2)} for number in (6, 12)),
            lost=r"in the union bound over units and in $1-p\le e^{-p}$",
            side=Side.BELOW,
        ),
        Loose(
            expression="enough_copies",
            truth="half_copies",
            at=tuple({units: number, p: sp.Rational(1, 2)} for number in (2, 10)),
            lost=r"as in the bound before: for half of $\alpha$ the exact probability needs so many copies, a real number",
        ),
    ),
    open_questions=(
        OpenQuestion(
            asks=r"Let $p$ and $\alpha$ be fixed. For one network of $N$ units in each layer, copies of its units take a width of the order $N\ln N$ above the first layer. Is the order $N$ enough?",
            obstacle=r"If each neuron stands for one unit, it needs an edge to a copy of each unit below. With $c$ copies of each and no better edges than assumed, it has these with probability at most $[[few_copies]]$, which tends to $0$ as $N$ grows if $c$ is at most a share below $1$ of $\ln N/\ln\frac1{1-p}$. A mask can compute the same function in other ways, such as by sums over several neurons, and no bound here covers these.",
            known=r"The price $p^N$ of each further layer (E12.1) is not needed. With at least $[[enough_copies]]$ copies of each unit below, a neuron has an edge to a copy of each unit with probability at least $\frac\alpha2$ (E12.1). The price $p^k$ of the first layer goes with a layer of relays (E8). An interaction is lost if no neuron of the last layer is connected to all its inputs (E12.2).",
            evidence="In all masks of five small layouts, of up to 12 edges, every choice of neurons was tried. None fails more often than the bound says, but networks as small as these do not show an order.",
            checked_by="small_networks_over_all_masks",
        ),
    ),
    remarks=(
        Remark(
            "Separate neurons and wiring to all units below are sufficient, not necessary: functions may share neurons above the "
            "first layer, and relays replace full wiring (E8). The price $p^N$ of each further layer comes from this proof. Copies "
            r"avoid it: if the layer below has $c$ neurons for each of the $N$ units of a network, a neuron has an edge to one of "
            r"the $c$ for each unit with probability at least $[[copied]]$. This is at least $[[copied_least]]$, which is at least "
            r"$\frac\alpha2$ for $c\ge[[enough_copies]]$.",
            "neurons_have_edges_to_copies",
        ),
    ),
    because={
        "one function after the other": each_function_takes_its_units,
        "a layer fails": lambda needed, layer_failure: same(
            layer_failure, functions * (1 - tail_of(alpha * p**fan_in, needed)), by=sp.expand
        ),
        "all layers": layers_fail_one_by_one,
        "a layer of one's own": lambda layer_success: same(layer_success, tail_of(alpha * p**fan_in, units)),
        "all layers of one's own": own_layers_succeed_one_by_one,
        "small failure": small_failures_are_lower_tails,
        "passed on": outputs_are_passed_on,
        "missing": lambda missed, copied: same(missed, units * (1 - copied.subs(units, 1) / alpha)),
        "many copies": lambda copied_least, missed: same(copied_least, alpha * (1 - missed.subs(p, 1 - sp.exp(-p)))),
        "enough copies": copies_are_enough_for_half,
        "few copies": lambda few_copies, missed: same(few_copies, alpha * sp.exp(-missed)),
    },
    wrong=lambda: {
        "needed: of the others alone": (functions - 1) * units,
        "needed: by each count itself": units,
        "needed: one unit each": functions,
        "layer_failure: as many as one function needs": layer_failure.subs(units, units / functions),
        "layer_failure: one function": layer_failure / functions,
        "layer_failure: single edges": layer_failure.subs(fan_in, 1),
        "deep_failure: inputs in each layer": depth * first_failure,
        "deep_failure: one layer": first_failure,
        "deep_failure: a layer more": first_failure + depth * later_failure,
        "deep_failure: edges half as likely": deep_failure.subs(p, p / 2),
        "deep_failure: the mean over layers": deep_failure / depth,
        "layer_success: single edges": layer_success.subs(fan_in, 1),
        "layer_success: all neurons": layer_success.subs(alpha, 1),
        "layer_success: one unit less": at_least(n, alpha * p**fan_in, units - 1),
        "own_success: inputs in each layer": layer_success.subs(fan_in, k) ** (depth * functions),
        "own_success: one function": own_success.subs(functions, 1),
        "own_success: one layer": own_success.subs(depth, 1),
        "own_success: single edges": own_success.subs(p**units, p),
        "most: the smaller one": sp.Min(k, units),
        "most: inputs in each layer": k,
        "most: units in each layer": units,
        "most: both at once": k + units,
        "deep_width: the smaller exponent": deep_width * p**most / p ** sp.Min(k, units),
        "deep_width: inputs in each layer": deep_width * p**most / p**k,
        "deep_width: units in each layer": deep_width * p**most / p**units,
        "deep_width: single edges": deep_width * p**most / p,
        "deep_width: one layer": deep_width.subs(depth, 1),
        "small_failure: one layer": small_failure / depth,
        "small_failure: one function": small_failure / functions,
        "small_failure: without the half": small_failure * sp.exp(-(1 - sp.log(2)) / 2 * alpha * n * p**most),
        "small_failure: single edges": small_failure.subs({k: 1, units: 1}),
        "passed: twice the bias": sp.Max(y + 2 * size, 0),
        "passed: without the bias": sp.Max(y, 0),
        "passed: half the bias": sp.Max(y + size / 2, 0),
        "copied: one copy of each": copied.subs(copies, 1),
        "copied: all copies of each": alpha * p ** (copies * units),
        "missed: one unit": missed / units,
        "missed: one copy of each": missed.subs(copies, 1),
        "copied_least: one unit": copied_least.subs(units, 1),
        "copied_least: edges of probability 1": copied_least.subs(p, 1),
        "enough_copies: all neurons": sp.log(units) / p,
        "enough_copies: edges of probability 1": sp.log(2 * units),
        "half_copies: one unit": half_copies.subs(units, 1),
        "half_copies: all copies": half_copies.subs(p, 1 - p),
        "few_copies: one unit": few_copies.subs(units, 1),
        "few_copies: edges of probability 1/2": few_copies.subs(p, 1 - p),
        "no_path: one layer": (1 - p) ** n,
        "no_path: the bound": 2 * (1 - p) ** n,
        "no_path: a layer more": no_path.subs(n, n + 1),
        "least_width: one neuron more": least_width + 1,
        "least_width: half of it": least_width / 2,
    },
)
