"""The neural tangent kernel of masked networks: dual activations, graphon recursions, finite widths and spectra."""

__all__: list[str] = []
