"""Which faults strike which requests, and how often: every kind that the stand-in knows, keys pruned apart.

Keys are pruned as Stripe may do it, after 24 hours and not before: by the stand-in's own clock at any time, and
all at once after a night (`conductor.Conductor.night`).
"""

WRITES, READS = ("POST", "/v*"), ("GET", "/v*")
# Kind, requests, and its share of the faults.
SHARES = (
    ("429", WRITES, 3),
    ("429:lock_timeout", WRITES, 1),
    ("409", WRITES, 2),
    ("drop_before", WRITES, 4),
    ("drop_after_commit", WRITES, 5),
    ("hang:3", WRITES, 1),
    ("500_no_effect", WRITES, 2),
    ("500_effect", WRITES, 2),
    ("500_late:2", WRITES, 1),
    ("500_late:20", WRITES, 1),
    ("truncate", WRITES, 2),
    ("garbage", WRITES, 2),
    ("400:balance_insufficient", ("POST", "/v1/transfers"), 8),
    ("400:resource_missing", ("POST", "/v1/refunds"), 8),
    ("400:lock_timeout", ("POST", "/v1/payment_intents/*/capture"), 3),
    ("402", ("POST", "/v1/payment_intents/*/capture"), 3),
    ("list_lag:60", ("GET", "/v1/transfers"), 20),
    ("list_lag:60", ("GET", "/v1/refunds"), 20),
    ("list_lag:60", ("GET", "/v1/checkout/sessions"), 20),
    ("429", READS, 3),
    ("drop_before", READS, 3),
    ("500_no_effect", READS, 3),
    ("truncate", READS, 2),
    ("garbage", READS, 2),
    ("hang:3", READS, 0.3),
)
# The control's: what leaves a job in doubt for longer than a key is kept.
DOUBTS = (
    ("500_effect", ("POST", "/v1/transfers"), 25),
    ("500_late:2", ("POST", "/v1/transfers"), 15),
    ("drop_after_commit", WRITES, 5),
)
PRUNED_AT = "/v1/balance"  # where the conductor alone asks


def break_all(remote, *, seed, strength, shares=SHARES):
    """Let each kind strike by chance; at strength 1 about 40 of 100 writes and 13 of 100 reads are struck."""
    for number, (kind, (method, path), share) in enumerate(shares):
        probability = min(strength * share / 100, 0.6)
        remote.faults(
            kind=kind, method=method, path=path, times=None, probability=probability, seed=seed * 100 + number
        )
