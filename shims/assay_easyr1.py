"""Rewards of `assay serve rewards` in EasyR1.

    worker.reward.reward_function=node_modules/assay/shims/assay_easyr1.py:compute_score
    worker.reward.reward_function_kwargs.rewards=weightedSum,format

A row's answer (`data.answer_key`) is the true answer, written as a model would write it. `overall` is the sum of the rewards, and
each part stands beside it. What cannot be judged is an error. `assay_rewards.py`, beside this file, says what it reads from the
environment.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from assay_rewards import score

REWARD_NAME = "assay"
REWARD_TYPE = "batch"


def compute_score(reward_inputs, rewards=None, variant=None, url=None):
    totals, parts = score(
        [one["response"] for one in reward_inputs],
        [one["ground_truth"] for one in reward_inputs],
        tokens=[one["response_length"] for one in reward_inputs],
        rewards=rewards,
        variant=variant,
        url=url,
    )
    return [{"overall": total, **{name: marks[i] for name, marks in parts.items()}} for i, total in enumerate(totals)]
