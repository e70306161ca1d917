"""Processes of their own for tests: each is forked from one that has loaded the site, so that it starts at once."""

import multiprocessing

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["tests.payments.kill.processes", "tests.soak.processes", "tests.bench.processes"]
)
