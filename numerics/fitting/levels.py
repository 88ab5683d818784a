"""The levels of `sparse-limits fit` and `predict`, each with what it bounds: the chance that a mask of the stated kind is misjudged.

| level | what is judged | wrong with chance at most |
|---|---|---|
| UNLIKELY | each exact test of counts, of blocks, of whole lines; each distance beside drawn masks | the level, for a mask of the law tested |
| UNLIKELY | a drawn network's kept weights beside the row law, in `sparse-limits predict` | the level, for masks of that law |
| REJECTED | each pruning method, by masks of it | the level, for a mask that the method made in the setting given |
| TOLD_APART | the likeliest tail of the noise against the second | two tails of one normal law: 0.0027 |

A mask is made by one method only, so that REJECTED needs no share among methods: the methods that are not rejected are a
set that misses the true one with chance REJECTED, however many were tested. A method is named if it is alone in that
set: wrongly so, if any of the methods made the mask, with that chance at most. Where none of them made it, no level
bounds how often one of them passes; `sparse-limits study origins` counts it. What training leaves has no law here, and
masks of fewer than FEW_ROWS rows were seen to pass for those of a method that reads the data: then none such is named.
"""

UNLIKELY = 1e-3  # below it a mask is not of the law tested
REJECTED = 0.01  # up to it a method is rejected
ENOUGH_DRAWN = 99  # masks of a method: with its rank among so many a mask can be rejected at that level, exactly
FEW_ROWS = 256  # 17 of 30 masks of trained networks passed for SNIP's with 64 rows, none of 30 with 256
TOLD_APART = 3.0  # standard deviations of lead from which on families of tails are distinguished
