"""Studies on real data: what the theory's predictions are worth where nothing was assumed."""
