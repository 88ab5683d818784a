"""What letters stand for in the sentences of several claims about kernels and samples."""

from sparse_limits.theory.kernel.symbols import KAPPAS

MATRIX = {"K": "matrix of the kernel on the sample"}
ON_SAMPLE = {**MATRIX, "X": "inputs of the sample"}
SAMPLE = {**ON_SAMPLE, "y": "label, and the column of all labels of the sample"}
LINEAR = {
    **ON_SAMPLE,
    r"\rho_{path}": "path densities, for each input the share of its paths to the output that are kept",
    "B": "matrix of the linear kernel that weighs inputs by path densities",
}
LINEAR_TARGET = {
    **ON_SAMPLE,
    "c_L": "factor of the linear kernel that is a lower bound on $K$",
    r"\beta_j": "coefficient of feature $j$",
    "y": "column of the labels; along an eigenvector, their component",
    "K^+": "pseudo-inverse of $K$",
    "z": "preactivation",
}
LAYER_PATHS = {r"\rho^{(l)}": "densities of paths with the graphon at layer $l$ and second moments elsewhere"}
ENERGY = {r"\mathcal E": "measure by which kernels are compared, the same for all multiples of a kernel"}
MASKED_LINEAR = {
    **LINEAR,
    "c_L": "constant for masks independent of the weights",
    "d": "number of inputs",
    "W^{(l)}": "graphon of layer $l$",
    "Q^{(l)}": "mean of the squared weight of layer $l$, $0$ where it is pruned, by the positions of its ends",
    **LAYER_PATHS,
    "B_Q": r"matrix of the linear kernel that weighs inputs by the sum of the $\rho^{(l)}$",
    "w": "constant for masks that depend on the weights",
    "x": "input",
    "M": "entry of the mask at a weight of the first layer",
    r"\omega": "that weight",
}
BEST_LINEAR = {
    **LINEAR,
    "c": r"best constant in $K\succeq cB$",
    r"\Theta_L": "dense tangent kernel of $L$ hidden layers at inputs of one length, a function of their cosine",
    **KAPPAS,
    "r": "cosine of the angle between two inputs",
    "E": "mean over $r$ with the weight that is named",
}
LINEAR_AND_REST = {
    **ON_SAMPLE,
    "B": "linear part of $K$, with its constant",
    **LAYER_PATHS,
    "w": "constant of the linear part (B2.1)",
    "d": "number of inputs",
    r"\lambda_{\min}": "least eigenvalue",
    "I": "identity matrix",
    "x": "input",
    "m": "number of samples",
}
