"""What letters stand for that the sentences of many claims share: scores, the data, masks and their graphons."""

SCORE = {"S_{ij}": "score of the weight in row $i$ (a neuron) and column $j$ (an input)"}
ROW_FACTOR = {"f": "profile of the rows, the factor of a neuron in its scores"}
COLUMN_FACTOR = {r"\varphi": "profile of the columns, the factor of an input in its scores"}
NOISE = {r"\xi": "noise, the factor of a single weight in its score"}
FACTORS = {**SCORE, **ROW_FACTOR, **COLUMN_FACTOR, **NOISE}
SURVIVAL = {r"\bar F": "survival function of the noise, the chance that the noise exceeds a value"}
PRODUCT_TAIL = {
    "H(t)": "chance that the product of two independent standard normal numbers exceeds $t$ in modulus",
}
GRAPHON = {"W": "graphon, the chance that a weight is kept by the positions of its row and its column"}
ROW_POSITION = {"u": "position of a neuron, its rank by row factor divided by their number"}
COLUMN_POSITION = {"v": "position of an input, its rank by column factor divided by their number"}
MASK = {"M_{ij}": "entry of the mask in row $i$, column $j$: $1$ if the weight is kept, else $0$"}
WHOLE_MASK = {"M": "mask, a matrix of $0$ and $1$"}
PROBABILITIES = {"P_{ij}": "chance that the entry of the mask in row $i$, column $j$ is $1$"}
KEPT_ENTRIES = {"K": "number of entries that the mask keeps"}
KEPT_SHARE = {r"\rho": "density, the share of weights kept"}
OVER_DATA = {
    "E_D": "mean over the data, finitely or infinitely many samples",
    "x": "input of a sample, of coordinates $x_j$",
    "r": "residual at a sample, output less target",
}
HALF_LOSS = {"L": "loss, half of the mean square of output less target"}
LAYER_SIZES = {"n": "width, the number of neurons of the hidden layer", "d": "number of inputs"}
OUTPUT_WEIGHT = {"a_i": "weight with which neuron $i$ enters the output"}
INPUT_WEIGHT = {"w_{ij}": "weight from input $j$ to neuron $i$"}
RELU = {r"\sigma": "ReLU, the positive part of a number"}
OPEN_MEAN = {"g_{ij}": "mean over the data of residual times input $j$ where neuron $i$ is active"}
WHOLE_MEAN = {"h_j": "mean over the data of residual times input $j$"}
REALISED_KERNEL = {r"\hat\Theta": "tangent kernel of the network, a function of two inputs"}
LIMIT_KERNEL = {r"\Theta": "tangent kernel in the limit of many neurons"}
MEAN = {"E": "expectation, the mean over all that is random"}
CHANCE = {r"P(\cdot)": "probability of an event"}
