"""Rewards of `assay serve rewards` in verl.

    python -m verl.trainer.main_ppo ... \
      reward.custom_reward_function.path=node_modules/assay/shims/assay_verl.py \
      reward.custom_reward_function.name=compute_score \
      +reward.custom_reward_function.reward_kwargs.rewards=weightedSum,format

`ground_truth` is the true answer, written as a model would write it; `extra_info` goes along as far as JSON can hold it. The score
is the sum of the rewards, and each part stands beside it. What cannot be judged is an error. `assay_rewards.py`, beside this file,
says what it reads from the environment.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from assay_rewards import json_columns, score


def compute_score(data_source, solution_str, ground_truth, extra_info=None, rewards=None, variant=None, url=None, **_):
    columns = json_columns({name: [value] for name, value in (extra_info or {}).items()}, 1)
    totals, parts = score([solution_str], [ground_truth], columns=columns, rewards=rewards, variant=variant, url=url)
    return {"score": totals[0], **{name: marks[0] for name, marks in parts.items()}}
