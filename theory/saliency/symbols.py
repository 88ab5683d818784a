"""What letters stand for that the sentences of many claims share: scores, the data, masks and their graphons."""

FACTORS = {
    "S_{ij}": "score of the weight in row $i$ (a neuron) and column $j$ (an input)",
    "f": "profile of the rows, the factor of a neuron in its scores",
    r"\varphi": "profile of the columns, the factor of an input in its scores",
    r"\xi": "noise, the factor of a single weight in its score",
}
GRAPHON = {"W": "graphon, the chance that a weight is kept by the positions of its row and its column"}
MASK = {"M_{ij}": "entry of the mask in row $i$, column $j$: $1$ if the weight is kept, else $0$"}
OVER_DATA = {
    "E_D": "mean over the data, finitely or infinitely many samples",
    "x": "input of a sample, of coordinates $x_j$",
    "r": "residual at a sample, output less target",
}
MEAN = {"E": "expectation, the mean over all that is random"}
CHANCE = {r"P(\cdot)": "probability of an event"}
