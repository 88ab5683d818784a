"""Further claims: no paper announces them, and no such claim and no engine rests on them."""
