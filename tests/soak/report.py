"""What a soak says at its end."""


def told(soak):
    """Lines: what was done, what befell it, how long recovery took, and the verdict."""
    rule = "the usual rule" if soak.wish.careless else "our rule"
    yield f"Soak with seed {soak.wish.seed}: {soak.seconds:.0f} s, {rule}"
    kinds = soak.operations["by kind"]
    yield from table("operations", kinds)
    yield f"  {'that needed a new key':<44}{soak.operations['new keys']:>8}"
    yield from table("kills (SIGKILL)", soak.kills)
    yield from table("faults of Stripe", soak.faults)
    yield from table("webhooks", soak.webhooks)
    yield from table("to the site as a whole", soak.events)
    yield f"in the watched part, at {soak.wish.watch_pace:g} times the true pace, in the site's seconds:"
    yield line("an operation whose worker was killed, until its next try", soak.recoveries, 135)
    yield line("an operation whose nudge Valkey lost, until its first try", soak.after_wipes, 15)
    yield line("approvals by silence, after their end", soak.silences, 60)
    if soak.all_silences:
        earliest = min(soak.all_silences)
        yield f"approvals by silence in all: {len(soak.all_silences)}, the earliest {earliest:.1f} s after its end"
    yield from soak.verdict.wrong[:40]
    yield str(soak.verdict)


def table(name, counts):
    yield f"{name:<46}{sum(counts.values()):>8}"
    for what, number in sorted(counts.items()):
        yield f"  {what:<44}{number:>8}"


def line(what, seconds, most):
    if not seconds:
        return f"  {what}: none"
    return f"  {what}: {len(seconds)}, at most {max(seconds):.1f} s (≤ {most}), least {min(seconds):.1f}"
