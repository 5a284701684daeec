"""Rewards of `assay serve rewards` in TRL.

    sys.path.append("node_modules/assay/shims")
    from assay_trl import assay_reward

    trainer = GRPOTrainer(model=..., reward_funcs=assay_reward("weightedSum,format"), train_dataset=dataset, args=...)

The dataset has a column `solution`: the true answer, written as a model would write it. Its other columns go along as far as JSON
can hold them. For several rewards with weights of TRL's (`reward_weights`) make several functions. What cannot be judged is an
error. `assay_rewards.py`, beside this file, says what it reads from the environment.
"""

from assay_rewards import json_columns, score


def _text(completion):
    """Of a chat, what the model said: its last message."""
    return completion if isinstance(completion, str) else completion[-1]["content"]


def assay_reward(rewards=None, variant=None, url=None):
    """A function for `reward_funcs` that gives the sum of `rewards`, called by their names in TRL's logs, which get the parts, too."""

    def reward(prompts, completions, completion_ids=None, solution=None, log_metric=None, **columns):
        if solution is None:
            raise ValueError("the dataset has no column `solution`, the true answer of each row")
        tokens = None if completion_ids is None else [len(ids) for ids in completion_ids]
        texts = [_text(completion) for completion in completions]
        totals, parts = score(texts, solution, tokens, json_columns(columns, len(texts)), rewards, variant, url)
        for name, marks in parts.items() if log_metric else ():
            log_metric(f"assay/{name}", sum(marks) / len(marks))
        return totals

    reward.__name__ = (rewards or "assay").replace(",", "+")
    return reward
