"""Calls every shim as its trainer does, for a row that stands in the arguments, and prints what each came to: call_shims.py SHIMS ROW."""

import importlib.util
import json
import os
import sys
import types

shims, row = sys.argv[1], json.loads(sys.argv[2])
completion, solution = row["completion"], row["solution"]


def load(name):
    """As trainers load a file that is named to them."""
    spec = importlib.util.spec_from_file_location("custom_" + name, os.path.join(shims, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trl():
    sys.path.append(shims)
    from assay_trl import assay_reward

    metrics = {}
    reward = assay_reward("weightedSum,format")
    chat = [[{"role": "assistant", "content": completion}], completion]
    more = {"completion_ids": [[1, 2], [3]], "image": [object(), object()], "scene": [1, 2], "trainer_state": object()}
    totals = reward(prompts=["a", "b"], completions=chat, solution=[solution] * 2, log_metric=metrics.__setitem__, log_extra=print, **more)
    return {"name": reward.__name__, "totals": totals, "metrics": metrics}


def swift():
    fake = types.ModuleType("swift.rewards")
    fake.ORM, fake.orms = object, {}
    sys.modules.update({"swift": types.ModuleType("swift"), "swift.rewards": fake})
    load("assay_swift")
    more = {"images": [[{"bytes": b"", "path": None}]] * 2, "response_token_ids": [[1], [2]], "prompt_id": ["x", "y"]}
    return fake.orms["assay"]()(completions=[completion] * 2, solution=[solution] * 2, **more)


def verl():
    return load("assay_verl").compute_score("coco", completion, solution, {"index": 3, "picture": object()}, rewards="weightedSum,format")


def easyr1():
    module = load("assay_easyr1")
    inputs = [{"response": completion, "response_length": 1024, "ground_truth": solution}] * 2
    return [module.REWARD_TYPE, module.compute_score(inputs, rewards="cosine,format")]


found = {}
for call in (trl, swift, verl, easyr1):
    try:
        found[call.__name__] = call()
    except Exception as error:
        found[call.__name__] = f"{type(error).__name__}: {error}"
print(json.dumps(found))
