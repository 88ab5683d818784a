"""E5.1 and E5.2: the error of an average of random units, and of the units that a mask leaves fully wired."""

from collections.abc import Callable
from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.expressivity.symbols import ACTIVE, EDGE, NEURONS, UNITS, k, n, p, units
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, induction, same

second_moment, square_norm = sp.symbols("G F", positive=True)  # E‖g‖² and ‖f‖²
fourth_central, second_central = sp.symbols("m_4 m_2", positive=True)  # of one unit at one input
order = sp.Symbol("s", integer=True, positive=True)  # of a moment

chance = p**k


def given_some(value: sp.Expr) -> sp.Expr:
    """E[value | N ≥ 1] for an expression in `units` and N ~ Bin(n, p^k)."""
    mass = binomial_law(n, chance, units)
    return sp.Sum(mass * value, (units, 1, n)) / (1 - (1 - chance) ** n)


unit_square = second_moment - square_norm
maurey_error = unit_square / units
average_fourth = (fourth_central + 3 * (units - 1) * second_central**2) / units**3

raw_moment = 2 ** (order - 1) * sp.gamma((order + 1) / 2) / sp.sqrt(sp.pi)  # of √2 max(z, 0) for a standard normal z
unit_variance = 1 - 1 / sp.pi
unit_fourth = 6 - 10 / sp.pi - 3 / sp.pi**2
input_square, input_fourth = k, k * (k + 2)  # E‖x‖² and E‖x‖⁴
given_units = k * unit_variance / units
mean_inverse = given_some(1 / units)
mean_number = n * chance / (1 - (1 - chance) ** n)
inverse_mean = 1 / mean_number
mse = k * unit_variance * mean_inverse
fourth_moment = input_fourth * given_some(
    average_fourth.subs({fourth_central: unit_fourth, second_central: unit_variance})
)
variance_bound = fourth_moment - mse**2

TEXTBOOK = Source(
    "2602.06675",
    "v1",
    "textbook rate (Barron 1993) with a random number of units; beyond the abstract, which announces no rate",
)
AVERAGE_STEPS = proof(
    r"""
one unit: $E\|g_\theta-f\|^2=[[unit_square]]$, because the mean of the scalar product of $g_\theta$ and $f$ is the scalar product of $f$
with itself, $F$.

independent units (by product): The error of a network of $N$ units is the average of the $e_i=g_{\theta_i}-f$, which are independent, each
of mean $0$. A product of them has mean $0$ if some $e_i$ occurs in it exactly once.

average (from one unit, independent units): So a further unit adds $E\|e\|^2$ to the mean square of $\sum_ie_i$, and the mean squared error
is $[[maurey_error]]$.

fourth power of an average (from average): At one input let $e$ have the moments $m_2$ and $m_4$. A further unit adds $m_4$ and $6m_2\cdot
Nm_2$ to the mean fourth power of $\sum_ie_i$. So the mean fourth power of the average of $N$ is $[[average_fourth]]$.
""",
    globals(),
)

x, y = sp.symbols("x y", real=True)


def mean_of(polynomial: sp.Expr, moment: Callable[[int, int], sp.Expr]) -> sp.Expr:
    """The mean of a polynomial in x and y, term by term: of xⁱyʲ it is moment(i, j)."""
    return sp.Add(*(factor * moment(*powers) for powers, factor in sp.Poly(sp.expand(polynomial), x, y).terms()))


def one_unit_errs_by_what_its_mean_lacks(unit_square: sp.Expr) -> Relations:
    """(g − f)², where gg has the mean G, and gf and ff have F; and all laws of up to three units, values free."""
    yield same(unit_square, mean_of((x - y) ** 2, lambda i, j: second_moment if i == 2 else square_norm))
    values, weights = sp.symbols("g_1:4", real=True), sp.symbols("w_1:4", positive=True)
    cases = []
    for count in (2, 3):
        chances = [*weights[: count - 1], 1 - sp.Add(*weights[: count - 1])]
        units_of = list(zip(values, chances, strict=False))
        mean = sp.Add(*(w * g for g, w in units_of))
        there = {second_moment: sp.Add(*(w * g**2 for g, w in units_of)), square_norm: mean**2}
        cases.append((unit_square.subs(there), sp.Add(*(w * (g - mean) ** 2 for g, w in units_of))))
    yield at_sizes(cases, "numbers of units")


def squares_of_sums_grow_unit_by_unit(unit_square: sp.Expr, maurey_error: sp.Expr) -> Relations:
    """N² times the error: that of one unit, and the mean of (sum + e)², in which sum times e has the mean 0."""

    def more(term: sp.Expr) -> sp.Expr:
        return mean_of((x + y) ** 2, lambda i, j: {(2, 0): term, (0, 2): unit_square}.get((i, j), sp.S.Zero))

    yield induction(units**2 * maurey_error, units, unit_square, more, start=1)


def fourth_powers_of_sums_grow_unit_by_unit(maurey_error: sp.Expr, average_fourth: sp.Expr) -> Relations:
    """N⁴ times the moment: that of one unit, and the mean of (sum + e)⁴ from that of the sum and of its square."""
    square = units**2 * maurey_error.subs(second_moment, square_norm + second_central)

    def more(term: sp.Expr) -> sp.Expr:
        known = {(4, 0): term, (2, 2): square * second_central, (0, 4): fourth_central}
        return mean_of((x + y) ** 4, lambda i, j: known.get((i, j), sp.S.Zero))

    yield induction(units**4 * average_fourth, units, fourth_central, more, start=1)


maurey_identity = Claim(
    label="E5.1",
    title="The error of an average of random units",
    statement=r"""
Let $g_\theta$ be a random unit and $f=E_\theta g_\theta$ in $L^2(\mu)$, where $\mu$ is the law of the inputs. Let
$G=E\|g_\theta\|^2$ and $F=\|f\|^2$. The average of $N$ iid units has
$E\|f-\frac1N\sum_ig_{\theta_i}\|^2=[[maurey_error]]$. At an input where a unit has variance $m_2$ and fourth central
moment $m_4$, the mean fourth power of the error of the average is $[[average_fourth]]$.
""",
    steps=AVERAGE_STEPS,
    source=TEXTBOOK,
    provenance=Provenance.EXTENSION,
    quantities=(
        UNITS,
        Quantity(second_moment, "mean of the squared norm of a random unit", POSITIVE),
        Quantity(square_norm, "squared norm of the mean of the units", NON_NEGATIVE),
        Quantity(fourth_central, "fourth central moment of a unit at one input", POSITIVE),
        Quantity(second_central, "variance of a unit at one input", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("the squared norm of a mean is at most the mean squared norm", square_norm <= second_moment),
        Hypothesis("a fourth moment that is at least the squared variance", second_central**2 <= fourth_central),
    ),
    because={
        "one unit": one_unit_errs_by_what_its_mean_lacks,
        "average": squares_of_sums_grow_unit_by_unit,
        "fourth power of an average": fourth_powers_of_sums_grow_unit_by_unit,
    },
    wrong=lambda: {
        "maurey_error: forgets the norm of f": second_moment / units,
        "maurey_error: the rate 1/√N for the square": (second_moment - square_norm) / sp.sqrt(units),
        "maurey_error: one unit more": (second_moment - square_norm) / (units + 1),
        "average_fourth: a normal average": 3 * second_central**2 / units**2,
        "average_fourth: pairs counted once": (fourth_central + (units - 1) * second_central**2) / units**3,
        "unit_square: forgets the norm of f": second_moment,
        "unit_square: adds the norm of f": second_moment + square_norm,
    },
)

WIRED_STEPS = proof(
    r"""
average (by E5.1): Let $G$ be the mean over the inputs of a unit's mean square, and let $F$ be the mean over the inputs of its squared mean.
The average of $N$ units has mean squared error $[[maurey_error]]$. At one input, where a unit has variance $m_2$ and fourth central moment
$m_4$, the mean fourth power of the error is $[[average_fourth]]$.

projection (by rotation): Given the input $x$, $\omega\cdot x=\|x\|z$ with a standard normal $z$, so that $g_\omega(x)=\|x\|\varphi(z)$.

moments (from projection): $E\varphi(z)^s=[[raw_moment]]$ for $s=1,2,\dots$: the first is $1/\sqrt\pi$, so that $f(x)=\|x\|/\sqrt\pi$, and
the second $1$.

central moments (from moments): The variance of $\varphi(z)$ is $[[unit_variance]]$, and its fourth central moment $[[unit_fourth]]$.

inputs: $E\|x\|^2=[[input_square]]$ and $E\|x\|^4=[[input_fourth]]$: each further coordinate adds $1$ to the first, and $2k+3$ to the
second.

given the units (from average, moments, inputs): With $G=E\|x\|^2E\varphi^2$ and $F=E\|x\|^2(E\varphi)^2$, a network of $N$ units has mean
squared error $[[given_units]]$.

wired units (by E1): $N\sim\mathrm{Bin}(n,p^k)$ neurons are wired to all active inputs. The mask is independent of the weights, so the law
of the weights given $N$ is unchanged.

inverse (from wired units): $E[N^{-1}\mid N\ge1]=[[mean_inverse]]$.

number (from wired units): $E[N\mid N\ge1]=[[mean_number]]$, because $N=0$ contributes nothing to $EN$.

Jensen (from inverse, number; by Jensen): $E[N^{-1}\mid N\ge1]\ge[[inverse_mean]]$. Equality holds only if $N$ is constant given $N\ge1$,
that is, if $n=1$, $p=1$ or $k=0$.

masked error (from given the units, inverse): The mean of the error in *given the units* over $N$, given $N\ge1$, is $[[mse]]$.

fourth power (from average, central moments, inputs, wired units): Given $x$, $m_2=\|x\|^2\operatorname{Var}\varphi$, and $m_4$ is $\|x\|^4$
times the fourth central moment of $\varphi$. The mean of the fourth power in *average* over $N$ and $x$ is $Ee^4=[[fourth_moment]]$.

variance (from masked error, fourth power; by Jensen): The square of an average is at most the average of the squares. So $e^2$, averaged
over one or several inputs with the law of $x$, has mean square at most $Ee^4$, and variance at most $Ee^4-(Ee^2)^2=[[variance_bound]]$.
""",
    globals(),
)


@cache
def half_normal_moments() -> sp.Expr:
    """The integral of (√2 z)ˢ over the positive half of the normal law."""
    z = sp.Symbol("z", positive=True)
    return sp.integrate((sp.sqrt(2) * z) ** order * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, 0, sp.oo))


def as_ratio(gap: sp.Expr) -> sp.Expr:
    """One fraction, its numerator expanded."""
    return sp.expand(sp.fraction(sp.together(gap))[0])


def without_constants(gap: sp.Expr) -> sp.Expr:
    """What is left when sums over the number of units give their constant factors away."""

    def given_away(function: sp.Expr, *limits: sp.Tuple) -> sp.Expr:
        constant, rest = function.as_independent(units, as_Add=False)
        return constant * sp.Sum(rest, *limits)

    return sp.expand(gap.replace(sp.Sum, given_away))


def over_law(value: sp.Expr) -> sp.Expr:
    """The mean of a value of N given N ≥ 1, by the binomial law of E1."""
    return sp.Sum(binomial_law(n, chance, units) * value, (units, 1, n)) / (1 - (1 - chance) ** n)


def of_one_neuron_less(gap: sp.Expr) -> sp.Expr:
    """What is left when sums over all N ≥ 1 of a multiple of the law of N − 1 units of n − 1 neurons are that multiple."""
    law = binomial_law(n - 1, chance, units - 1)

    def multiple(function: sp.Expr, *limits: sp.Tuple) -> sp.Expr:
        factor = sp.gammasimp(sp.powsimp(function / law).rewrite(sp.gamma))
        return sp.Sum(function, *limits) if factor.has(units) or limits != ((units, 1, n),) else factor

    return sp.simplify(gap.replace(sp.Sum, multiple))


def in_terms(gap: sp.Expr) -> sp.Expr:
    """What is left when sums over the number of units are sums of their terms, without constant factors."""
    apart = gap.replace(
        sp.Sum,
        lambda function, *limits: sp.Add(*(sp.Sum(each, *limits) for each in sp.Add.make_args(sp.expand(function)))),
    )
    return sp.simplify(without_constants(apart))


def moments_of_a_unit_are_integrals(raw_moment: sp.Expr) -> Relations:
    """The moments of any order, integrated; of the first two, and the fourth, also the values."""
    yield same(raw_moment, half_normal_moments(), by=lambda gap: sp.powsimp(sp.expand_power_base(gap)))
    for power, value in ((1, 1 / sp.sqrt(sp.pi)), (2, sp.S.One), (4, sp.Integer(6))):
        yield same(raw_moment.subs(order, power), value)


def central_moments_follow_from_the_raw_ones(
    raw_moment: sp.Expr, unit_variance: sp.Expr, unit_fourth: sp.Expr
) -> Relations:
    """The square and the fourth power of φ less its mean, term by term."""
    mean = raw_moment.subs(order, 1)
    for power, claimed in ((2, unit_variance), (4, unit_fourth)):
        found = mean_of((x - mean) ** power, lambda i, j: raw_moment.subs(order, i) if i else sp.S.One)
        yield same(claimed, found)


def norms_grow_input_by_input(input_square: sp.Expr, input_fourth: sp.Expr) -> Relations:
    """‖x‖² + z² and its square, from the moments 1 and 3 of a standard normal z."""
    yield induction(input_square, k, sp.S.One, lambda term: term + 1, start=1)

    def more(term: sp.Expr) -> sp.Expr:
        known = {(2, 0): term, (1, 1): input_square, (0, 2): sp.Integer(3)}
        return mean_of((x + y) ** 2, lambda i, j: known[i, j])

    yield induction(input_fourth, k, sp.Integer(3), more, start=1)


def a_network_errs_like_an_average(
    maurey_error: sp.Expr, raw_moment: sp.Expr, input_square: sp.Expr, given_units: sp.Expr
) -> Relations:
    """The error of an average at G and F, from the first two moments of φ and the mean square of the inputs."""
    norms = {
        second_moment: input_square * raw_moment.subs(order, 2),
        square_norm: input_square * raw_moment.subs(order, 1) ** 2,
    }
    yield same(given_units, maurey_error.subs(norms))


def inverses_are_at_least_jensens(mean_inverse: sp.Expr, mean_number: sp.Expr, inverse_mean: sp.Expr) -> Relations:
    """One over the mean; for two neurons the mean of the inverse exceeds it by q(1 − q)/(2(2 − q)), for one by nothing."""
    yield same(inverse_mean * mean_number, sp.S.One)
    gap = mean_inverse - inverse_mean
    yield same(gap.subs(n, 2).doit(), chance * (1 - chance) / (2 * (2 - chance)), by=as_ratio)
    yield same(gap.subs(n, 1).doit(), sp.S.Zero, by=as_ratio)


def errors_are_averaged_over_the_number(given_units: sp.Expr, mean_inverse: sp.Expr, mse: sp.Expr) -> Relations:
    """The sum over N of its probability times the error given N; and the mean of the inverse times the error of one unit."""
    mass = binomial_law(n, chance, units)
    average = sp.Sum(mass * given_units, (units, 1, n)) / (1 - (1 - chance) ** n)
    yield same(mse, average, by=without_constants)
    yield same(mse, mean_inverse * given_units.subs(units, 1), by=without_constants)


def numbers_grow_neuron_by_neuron(mean_number: sp.Expr) -> Relations:
    """The sum over N of its probability times N, all letters free; and q more for each neuron."""
    yield same(mean_number, over_law(units), by=of_one_neuron_less)
    some = 1 - (1 - chance) ** n
    yield induction(mean_number * some, n, chance, lambda term: term + chance, start=1)


def fourth_powers_by_the_law_of_the_number(
    average_fourth: sp.Expr, unit_variance: sp.Expr, unit_fourth: sp.Expr, input_fourth: sp.Expr, fourth_moment: sp.Expr
) -> Relations:
    """The sum over N of its probability times the average's, whose factor ‖x‖⁴ has its mean; all letters free."""
    given = average_fourth.subs({fourth_central: x**4 * unit_fourth, second_central: x**2 * unit_variance})
    yield same(fourth_moment, over_law(sp.expand(given * input_fourth / x**4)), by=in_terms)


wired_average = Claim(
    label="E5.2",
    title="The error of an average of the wired units",
    statement=r"""
The following identity has no constants to fit. Let $x\sim N(0,I_k)$ be the $k$ active inputs and
$\varphi=\sqrt2\max(\cdot,0)$. Let $g_\omega(x)=\varphi(\omega\cdot x)$ be a unit with random weights
$\omega\sim N(0,I_k)$, and let $f(x)=E_\omega g_\omega(x)=\|x\|/\sqrt\pi$. Take $n$ such units with independent edges
of probability $p$. Then $N\sim\mathrm{Bin}(n,p^k)$ of them are wired to all active inputs; the weights of their other
edges are set to $0$. The average of these $N$ units has
$$E[\mathrm{MSE}\mid N\ge1]=k\,\bigl([[unit_variance]]\bigr)\,E[N^{-1}\mid N\ge1]$$ $$=[[mse]],$$
where $E[N^{-1}\mid N\ge1]=[[mean_inverse]]$ is at least $1/E[N\mid N\ge1]=[[inverse_mean]]$, and larger if $n>1$,
$p<1$ and $k\ge1$ (Jensen). Given $N\ge1$, the squared error $e^2$ at one random input $x$, or its average over several such
inputs, has variance at most $Ee^4-(E\,\mathrm{MSE})^2$, with $Ee^4=[[fourth_moment]]$.
""",
    steps=WIRED_STEPS,
    source=TEXTBOOK,
    provenance=Provenance.EXTENSION,
    quantities=(
        NEURONS.drawn_from(40, 90),
        ACTIVE.drawn_from(1, 3),
        EDGE.drawn_from(sp.Rational(3, 4), sp.Rational(19, 20)),
        UNITS,
        Quantity(order, "order of a moment", COUNT, drawn=(1, 6)),
    ),
    hypotheses=(Hypothesis("the mask is independent of the weights, the readout edges of wired neurons are present"),),
    also=("unit_fourth", "variance_bound"),
    sharp=(Sharp(expression="variance_bound", example="one input", check="moments_over_the_number_of_units"),),
    loose=(
        Loose(
            expression="inverse_mean",
            truth="mean_inverse",
            at=tuple({n: width, k: 3, p: sp.Rational(1, 2)} for width in (40, 400)),
            lost="in Jensen's inequality: the number of wired neurons varies",
            side=Side.BELOW,
        ),
    ),
    because={
        "moments": moments_of_a_unit_are_integrals,
        "central moments": central_moments_follow_from_the_raw_ones,
        "inputs": norms_grow_input_by_input,
        "given the units": a_network_errs_like_an_average,
        "Jensen": inverses_are_at_least_jensens,
        "masked error": errors_are_averaged_over_the_number,
        "inverse": lambda mean_inverse: same(mean_inverse, over_law(1 / units), by=without_constants),
        "number": numbers_grow_neuron_by_neuron,
        "fourth power": fourth_powers_by_the_law_of_the_number,
    },
    wrong=lambda: {
        "mean_inverse: Jensen": 1 / (n * chance),
        "mean_inverse: not given N ≥ 1": mean_inverse * (1 - (1 - chance) ** n),
        "mean_inverse: n p in place of n p^k": mean_inverse.subs(k, 1),
        "mse: error without the number of inputs": mse / k,
        "mse: error at 1/EN": k * unit_variance / (n * chance),
        "mse: n p in place of n p^k": mse.subs(k, 1),
        "fourth_moment: fourth power of inputs on a sphere": fourth_moment * k / (k + 2),
        "variance_bound: variance without the square": fourth_moment,
        "raw_moment: without √2": raw_moment / 2 ** (order / 2),
        "raw_moment: the next moment": raw_moment.subs(order, order + 1),
        "input_square: one input more": k + 1,
        "input_fourth: the square of the mean": k**2,
        "input_fourth: moments of one normal number": 3 * k,
        "given_units: without the number of inputs": unit_variance / units,
        "maurey_error: forgets the norm of f": second_moment / units,
        "mean_number: not given N ≥ 1": n * chance,
        "mean_number: one neuron more": mean_number.subs(n, n + 1),
        "inverse_mean: not given N ≥ 1": 1 / (n * chance),
        "inverse_mean: more than it is": 1 / (chance * (n - 1) + 1),
        "average_fourth: a normal average": 3 * second_central**2 / units**2,
    },
)
