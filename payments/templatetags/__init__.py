"""Template tags that show money; they decide nothing."""
