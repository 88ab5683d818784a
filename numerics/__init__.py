"""Arrays, sampling and evidence: finite masks and networks held against the expressions of `theory`."""
