"""What pruning keeps of every layer of a network of any depth, from the data alone, and drawn networks beside it."""
