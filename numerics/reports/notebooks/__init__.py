"""The pages of the book as Jupyter notebooks that stand by themselves: claims with their evidence, citations, folded proofs."""
