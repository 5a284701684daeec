"""The same completions in transformers: python generate.py FOLDER [--ours bench.json]

`generate` samples as many completions of the same prompts, and each is made exactly as long as ours was: nothing but the
length ends a completion, and generation ends with the longest.
"""
import json
import sys

import torch
import transformers
from transformers import StoppingCriteria, StoppingCriteriaList

import common
import model as models


class Lengths(StoppingCriteria):
    """Ends every row at its own number of new tokens."""

    def __init__(self, start, lengths):
        self.start = start
        self.lengths = lengths

    def __call__(self, input_ids, scores, **kwargs):
        return self.lengths <= input_ids.shape[1] - self.start


def main():
    parser = common.arguments(__doc__)
    options = parser.parse_args()
    batch = common.load_batch(options)
    model = models.load(batch)
    model.eval()
    wanted = batch["generate"]
    lengths = torch.tensor([length for group in wanted["lengths"] for length in group])
    inputs = models.pack(options, batch, model, [(p, []) for p in range(len(wanted["lengths"]))])
    end = model.generation_config.eos_token_id
    model.generation_config.eos_token_id = None

    def sample():
        with torch.inference_mode():
            return model.generate(
                **inputs,
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                num_return_sequences=wanted["samples"],
                max_new_tokens=int(lengths.max()),
                stopping_criteria=StoppingCriteriaList([Lengths(inputs["input_ids"].shape[1], lengths)]),
                pad_token_id=end[0] if isinstance(end, list) else end,
            )

    sample()
    seconds, generated = common.timed(options.rounds, "generate", sample)
    result = {
        "transformers": transformers.__version__,
        "torch": torch.__version__,
        "threads": batch["threads"],
        "rounds": options.rounds,
        "completions": generated.shape[0],
        "steps": generated.shape[1] - inputs["input_ids"].shape[1],
        "completionTokens": int(lengths.sum()),
        **common.compared(seconds, common.ours(options, "decode", "secondsToSample", "median")),
    }
    json.dump(result, sys.stdout, indent=2)
    print()


main()
