"""What a terminal shows: numbers and words, tables, formulas in Unicode, progress."""
