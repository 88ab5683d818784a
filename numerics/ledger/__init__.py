"""Runs of the ledger: all checks of its claims, mutants of its formulas, wider domains of its letters."""
