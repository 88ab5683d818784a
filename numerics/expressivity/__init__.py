"""What a mask can still represent: counted in finite masks, and predicted by graphons."""
