"""Pages for a developer: what is there, what happened, and everything that can be made to happen. No JavaScript."""
