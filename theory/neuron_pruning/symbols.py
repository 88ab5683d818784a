"""What the letters in the sentences of several claims on neurons stand for, and what these claims assume."""

from sparse_limits.theory.quantities import Hypothesis

RELU = {r"\sigma": "ReLU, the positive part of a number"}
DIRECTION = {"w^*": "weights of the target, a vector of length $1$"}
TARGET = {"f": "target, one ReLU neuron"}
ONE_RELU = {**TARGET, **DIRECTION, **RELU}
WEIGHTS = {"w_i": "weights of neuron $i$, a vector"}
NEURON = {**WEIGHTS, r"\alpha_i": "output weight of neuron $i$"}
INPUT = {"x": "input"}
KEPT = {"S": "set of neurons that are kept"}
NORMAL = {"N(0,I_d)": "law of $d$ independent standard normal numbers"}
LINEAR_OUTPUT = {**NEURON, **INPUT, **KEPT, "g_S": "sum of the kept neurons, the output", **NORMAL}
PLANK = {
    "h_i": r"bound of plank $i$ on the modulus of $\langle u_i,x\rangle$",
    "w_1,w_{2:d}": "first weight of a neuron, and all its others",
}
SEARCHED = {"n": "number of neurons over which the least is taken"}
GAMMA = {r"\Gamma": "gamma function"}
BESSEL = {"K_0": "modified Bessel function of the second kind"}
VANISHING = {"o(1)": "term that tends to $0$"}
MOMENT = {"R": "mean, over two random points, of the $N$-th power of what one neuron counts (N9.1)", **VANISHING}

# of functions on the sphere
_SPHERE = {"S^{d-1}": "sphere of the vectors of length $1$ in $d$ dimensions"}
SPECTRUM = {
    **ONE_RELU,
    **_SPHERE,
    "L^2": "space of the square integrable functions",
    "x,x'": "inputs",
    r"\lambda_k": "number whose square is the eigenvalue of degree $k$",
    "P_k": "zonal harmonic of degree $k$",
    **GAMMA,
}
TAIL = {
    **ONE_RELU,
    **INPUT,
    **WEIGHTS,
    **_SPHERE,
    "V": "subspace of functions on the sphere, of at most $N$ dimensions",
    "T_d(N)": "sum of the eigenvalues without the $N$ largest",
    "j": "index of summation, half a degree",
    "a": "mean squared distance that is allowed",
    "n": "number of dimensions over which the least is taken",
    **GAMMA,
}

# of networks whose single weights are pruned, with a ReLU output and with a linear output
_SOURCE = {"g": "sum of the neurons of the source, of which a mask leaves a part"}
BEHIND_RELU = {**ONE_RELU, **NEURON, **INPUT, **_SOURCE, "N": "number of neurons of the source", **BESSEL}
TWO_COORDINATES = {
    **_SOURCE,
    "w^*": "weights of the target, a vector",
    "w^*_p,w^*_q": "two of its coordinates",
    r"\Omega(\cdot)": "lower bound up to a constant factor",
}

# what claims on whole neurons with a linear output assume
WHOLE_NEURONS = (
    Hypothesis("the output is linear"),
    Hypothesis("independent standard normal weights, independent of the target"),
)
