"""Rewards of `assay serve rewards` in ms-swift.

    ASSAY_REWARDS=weightedSum,format swift rlhf --rlhf_type grpo --external_plugins node_modules/assay/shims/assay_swift.py \
      --reward_funcs assay ...

Rows of the dataset have a key `solution`: the true answer, written as a model would write it. Their other keys go along as far as
JSON can hold them. What cannot be judged is an error. `assay_rewards.py`, beside this file, says what it reads from the
environment.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from assay_rewards import json_columns, score
from swift.rewards import ORM, orms


class Assay(ORM):
    def __call__(self, completions, solution=None, response_token_ids=None, **columns):
        if solution is None:
            raise ValueError("the dataset has no key `solution`, the true answer of each row")
        tokens = None if response_token_ids is None else [len(ids) for ids in response_token_ids]
        return score(completions, solution, tokens, json_columns(columns, len(completions)))[0]


orms["assay"] = Assay
