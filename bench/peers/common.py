"""What the peers share: arguments, the batch that write.ts wrote, and medians."""
import argparse
import json
import statistics
import sys
import time
from pathlib import Path


def arguments(description, torch=True):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=Path, help="what write.ts wrote")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--ours", type=Path, help="JSON of `npm run bench`, to say how many times as long the peer takes")
    if torch:
        parser.add_argument("--threads", type=int, help="default: as many as write.ts saw")
    return parser


def load_batch(options):
    batch = json.loads((options.folder / "batch.json").read_text())
    batch["threads"] = options.threads or batch["threads"]
    return batch


def ours(options, *path):
    """A figure of our JSON, or None where there is none."""
    value = json.loads(options.ours.read_text()) if options.ours else None
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def summary(seconds):
    return {"median": statistics.median(seconds), "least": min(seconds), "most": max(seconds)}


def timed(rounds, name, work):
    """Seconds of every round, and what the last one returned."""
    seconds = []
    result = None
    for i in range(rounds):
        print(f"{name}: round {i + 1} of {rounds}", file=sys.stderr, flush=True)
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return seconds, result


def compared(seconds, mine):
    """Medians of the peer, and times as long as ours."""
    result = {"seconds": summary(seconds)}
    if mine:
        result["timesOurs"] = result["seconds"]["median"] / mine
    return result
