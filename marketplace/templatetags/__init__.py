"""Template tags that show things; they decide nothing."""
