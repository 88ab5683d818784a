"""One page on a network and its data: what each pruning method keeps and loses, what the kernel says of learning, and what to do."""
