"""The same COCO evaluation in pycocotools and faster-coco-eval: python coco.py FOLDER [--ours bench.json]

Reads the same two files and compares all twelve numbers with ours, which must be equal. Exits with 1 if they are not.
"""
import contextlib
import io
import json
import sys

from faster_coco_eval import COCO as FasterCOCO
from faster_coco_eval import COCOeval_faster
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

import common

LIMIT = 1e-9


def evaluate(folder, coco, evaluator):
    """From files to numbers, without what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco(str(folder / "truth.json"))
        run = evaluator(truth, truth.loadRes(str(folder / "detections.json")), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return [float(value) for value in run.stats[:12]]


def main():
    options = common.arguments(__doc__, torch=False).parse_args()
    expected = json.loads((options.folder / "coco-ours.json").read_text())["stats"]
    mine = common.ours(options, "coco", "seconds", "median")
    result = {"rounds": options.rounds}
    peers = {"pycocotools": (COCO, COCOeval), "faster-coco-eval": (FasterCOCO, COCOeval_faster)}
    for name, (coco, evaluator) in peers.items():
        seconds, stats = common.timed(options.rounds, name, lambda: evaluate(options.folder, coco, evaluator))
        difference = max(abs(a - b) for a, b in zip(stats, expected, strict=True))
        equal = difference <= LIMIT
        result[name] = {**common.compared(seconds, mine), "largestDifference": difference, "equal": equal}
    json.dump(result, sys.stdout, indent=2)
    print()
    sys.exit(0 if all(result[name]["equal"] for name in peers) else 1)


main()
