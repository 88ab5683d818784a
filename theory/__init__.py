"""Claims about sparse networks as SymPy objects: models, closed forms, bounds and the ledger of claims."""
