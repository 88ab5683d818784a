"""What letters stand for in the sentences of several claims about kernels."""

DUAL = {
    "F": "mean of the product of two activations, as a function of the variances and the covariance of their preactivations",
}
LAYERS = {"l": "place of a layer, from the inputs on", **DUAL}
KAPPA_0 = {
    r"\kappa_0": "mean of the product of the slopes of the activation at two inputs, as a function of the correlation",
}
KAPPAS = {
    r"\kappa_0,\kappa_1": "means of the product of the slopes and of the activations, as functions of the correlation",
}
TWO_INPUTS = {"x,x'": "two inputs"}
COORDINATES = {**TWO_INPUTS, "x_j": "coordinate $j$ of the input $x$"}
KERNELS = {
    r"\Theta": "tangent kernel of the masked network",
    r"\Theta_{dense}": "tangent kernel of the network without masks",
    r"\Theta_L": "that of $L$ hidden layers at inputs of one length, a function of their cosine",
}
WIDE_KERNEL = {r"\Theta_n": "tangent kernel of a network of width $n$"}
ACTIVATION = {r"\varphi": "activation function, $\\sqrt2$ times the ReLU", "z": "preactivation"}
ROW = {
    "W_j": "chance that the edge to input $j$ is kept",
    "x_j, x_j'": "coordinate $j$ of the two inputs",
    "S_M": "variances and covariance of a preactivation at the two inputs, given its row of the mask",
    "E_M": "mean over the row of the mask",
    r"F_\Theta": "row kernel, the mean of the term of a neuron in the tangent kernel, as a function of these variances and covariance",
}
BESSEL = {"K_0, K_1": "modified Bessel functions of the second kind"}
ENERGY_LAW = {
    "R_2(s)": "mean square of one of two independent standard normal numbers, counted where their product exceeds $s$ in modulus",
}
