"""Evidence for what pruning keeps of every layer."""
