"""The moderators' desk: one queue of everything that waits for a person."""
