"""One page on a network and its data: what each pruning method keeps and loses, what the kernel says about learning, and what to do."""
