"""What every door of the REST API shares: who may come in, how often, once, and how answers and errors look."""
