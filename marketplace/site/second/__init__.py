"""The page of whoever signs what the only admin does, without an account."""
