"""`make bench`: how fast what must be fast is, as medians of rounds that are measured side by side."""

import argparse
import os


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--parts", type=int, default=400, help="delivered parts that are decided in each round: two chunks"
    )
    parser.add_argument("only", nargs="*", help="hearing, sweeping, deciding; all when none is named")
    asked = parser.parse_args()

    from tests import embedded

    own = embedded.ADMIN_URL not in os.environ
    if own:
        embedded.start()
    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"
    from tests.bench import processes  # which sets Django up, so it comes first

    if own:
        processes.call_command("migrate", verbosity=0)
        processes.connection.close()
    from tests.bench import deciding, hearing, sweeping
    from tests.bench.board import board

    missed = False
    with board(asked.parts) as database:
        for module in (hearing, sweeping, deciding):  # which leaves undone approvals on the board
            name = module.__name__.rpartition(".")[2]
            if asked.only and name not in asked.only:
                continue
            for measured in module.measure(database):
                print(measured, flush=True)  # noqa: T201
                missed = missed or not measured.is_reached
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
