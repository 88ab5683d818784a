"""What a pruning method will keep of given data, and what follows for its tangent kernel, beside pruned networks."""
