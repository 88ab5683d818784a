"""The first layer beside pruned networks: its columns, which of their predictors holds, and what follows for the tangent kernel."""
