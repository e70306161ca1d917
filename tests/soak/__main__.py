"""`make soak`: `python -m tests.soak --operations 10000 --kills 2000 --faults 8000 --seed 1`."""

import argparse
import os
import tempfile
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--operations", type=int, default=500)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--faults", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pace", type=float, default=1, help="of the watched part: 1 is true time")
    parser.add_argument("--crowd", type=int, default=2, help="processes of people, and as many that drain")
    parser.add_argument("--deploys", type=int, default=5, help="all processes renewed by SIGTERM, under way")
    parser.add_argument("--restores", type=int, default=2, help="of a lost database")
    parser.add_argument("--minutes", type=float, default=180, help="after which no more is begun")
    parser.add_argument("--careless", action="store_true", help="the control, with the usual rule")
    parser.add_argument("--folder", type=Path, help="where logs and the stand-in's books stay")
    asked = parser.parse_args()

    from tests import embedded

    own = embedded.ADMIN_URL not in os.environ
    if own:
        embedded.start()
    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"
    from tests.soak import processes, report, run
    from tests.soak.wish import Wish

    if own:
        processes.call_command("migrate", verbosity=0)
    wish = Wish(
        operations=asked.operations,
        kills=asked.kills,
        faults=asked.faults,
        seed=asked.seed,
        watch_pace=asked.pace,
        crowd=asked.crowd,
        deploys=0 if asked.careless else asked.deploys,
        restores=0 if asked.careless else asked.restores,
        patience=60 * asked.minutes,
        careless=asked.careless,
    )
    with tempfile.TemporaryDirectory() as folder:
        found = run.soak(wish, asked.folder or Path(folder))
    print("\n".join(report.told(found)))  # noqa: T201
    return 0 if found.verdict.is_clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
