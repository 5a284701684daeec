"""The same training step in PyTorch: python train_step.py FOLDER [--compile] [--ours bench.json]

Forward, backward, clipping and AdamW over the same 64 sequences with the same weights in float32, once for the grouped and
once for the distinct batch. Images are processed beforehand and positions computed once, which is in PyTorch's favour.
"""
import json
import sys
import time

import torch

import common
import model as models


def positions(model, inputs):
    """M-RoPE positions, computed once: their loops over tokens are no part of a training step worth its name."""
    grids = {name: inputs[name] for name in ("image_grid_thw", "attention_mask")}
    found, _ = model.model.get_rope_index(inputs["input_ids"], mm_token_type_ids=inputs["mm_token_type_ids"], **grids)
    return found


def prepare(options, batch, model, sequences):
    inputs = models.pack(options, batch, model, [(one["prompt"], one["tokens"]) for one in sequences])
    inputs["position_ids"] = positions(model, inputs)
    del inputs["mm_token_type_ids"]
    longest = max(len(one["tokens"]) for one in sequences)

    def padded(name):
        return torch.tensor([one[name] + [0] * (longest - len(one[name])) for one in sequences])

    return inputs, padded("tokens"), padded("weights"), padded("logprobs")


def main():
    parser = common.arguments(__doc__)
    parser.add_argument("--compile", action="store_true", help="torch.compile too; needs a C++ compiler")
    parser.add_argument("--only", choices=["grouped", "distinct"])
    options = parser.parse_args()
    batch = common.load_batch(options)
    adam = batch["adamW"]
    result = {"torch": torch.__version__, "threads": batch["threads"], "rounds": options.rounds}

    for name in [options.only] if options.only else ["grouped", "distinct"]:
        result[name] = {}
        for mode in ["eager", "compiled"] if options.compile else ["eager"]:
            model = models.load(batch)
            model.train()
            optimizer = torch.optim.AdamW(
                model.parameters(),
                lr=adam["learningRate"],
                betas=(adam["beta1"], adam["beta2"]),
                eps=adam["epsilon"],
                weight_decay=adam["weightDecay"],
            )
            inputs, tokens, weights, ours = prepare(options, batch, model, batch["train"][name])
            run = torch.compile(model) if mode == "compiled" else model

            def step():
                logits = run(**inputs, use_cache=False, logits_to_keep=tokens.shape[1] + 1).logits[:, :-1]
                logp = logits.log_softmax(-1).gather(2, tokens[:, :, None])[:, :, 0]
                (-(weights * logp).sum()).backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), adam["maxGradientNorm"])
                optimizer.step()
                optimizer.zero_grad()
                return logp.detach()

            # The first step's log-probabilities are those of the weights on disk, as ours are. Compiling happens here too.
            start = time.perf_counter()
            try:
                first = step()
            except Exception as cause:  # torch.compile fails where there is no compiler; the rest still counts
                result[name][mode] = {"error": f"{type(cause).__name__}: {str(cause).splitlines()[0]}"}
                continue
            warm = time.perf_counter() - start
            difference = ((first - ours) * (weights != 0)).abs().max().item()
            seconds, _ = common.timed(options.rounds, f"{name}, {mode}", step)
            mine = common.ours(options, "train", name, "seconds", "median")
            result[name][mode] = {
                **common.compared(seconds, mine),
                "secondsOfFirstStep": warm,
                "largestLogprobDifference": difference,
            }
    json.dump(result, sys.stdout, indent=2)
    print()


main()
