"""The things the stand-in knows, one module for each kind."""
