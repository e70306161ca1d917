"""How much is tried of what is many: some of it by `make test`, all of it by `make deep`.

The same ones are taken each time, spread over the whole, so that what failed fails again.
"""

import os

DEEP = os.environ.get("DEEP") == "true"


def spread(values, *, over):
    """All of them in `make deep`, else `over` of them at equal distances, the first among them."""
    if DEEP or len(values) <= over:
        return list(values)
    return [values[number * len(values) // over] for number in range(over)]


def in_turn(values, turn):
    """All of them in `make deep`, else the one whose turn it is."""
    return list(values) if DEEP else [values[turn % len(values)]]
