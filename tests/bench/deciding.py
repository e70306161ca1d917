"""Decisions one by one through the rules, by as many processes as there are cores, beside the same in bare SQL."""

import os
import uuid

from payments.models import Release, Share
from projects.models import Deliverable
from tests.bench import processes
from tests.bench.measuring import ROUNDS, Measured, percentile
from tests.forks import FORKS

PROCESSES = max(os.cpu_count() or 1, 2)


def measure(database):
    """Both in each round, one after the other."""
    submitted = Deliverable.objects.filter(status="submitted").order_by("pk")
    parts = list(submitted.values_list("pk", "engagement"))
    rates, slowest, shares = [], [], []
    prepare(parts)
    for number in range(ROUNDS):
        ours = run(database, processes.by_the_rules, dealt(parts))
        bare = run(database, processes.by_bare_sql, [rows(some, number) for some in dealt(parts)])
        rates.append(rate(ours))
        slowest.append(1000 * percentile([second for one in ours for second in one], 0.99))
        shares.append(100 * rate(ours) / rate(bare))
    return [
        Measured("decisions through the rules", rates, "a second", goal=300),
        Measured("the slowest of a hundred", slowest, "ms", goal=50, at_most=True),
        Measured("beside lock, operation and journal in bare SQL", shares, "%"),
    ]


def prepare(parts):
    """Approve and undo each once, so that every account of the book is there."""
    list(processes.by_the_rules([part for part, _ in parts]))
    assert not Release.objects.standing().exists()


def dealt(parts):
    """The parts of each process; those of one engagement, which wait for each other, are together."""
    return [[part for part, whole in parts if whole % PROCESSES == number] for number in range(PROCESSES)]


def rows(parts, number):
    shares = Share.objects.filter(deliverable__in=parts).values_list("hold_id", "deliverable_id")
    return [
        {"hold": str(hold), "operation": str(uuid.uuid4()), "slot": f"bench-{number}-{part}"}
        for hold, part in shares
    ]


def run(database, act, work):
    """The seconds that each of the processes took for each piece of its work, all at once."""
    started = []
    for some in work:
        here, there = FORKS.Pipe()
        process = FORKS.Process(target=processes.begin, args=(act, database, there, some), daemon=True)
        process.start()
        started.append((process, here))
    for _, pipe in started:
        pipe.recv()
    for _, pipe in started:
        pipe.send("go")
    taken = [pipe.recv() for _, pipe in started]
    for process, _ in started:
        process.join()
    return taken


def rate(taken):
    return sum(len(one) / sum(one) for one in taken)
