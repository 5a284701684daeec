"""Trains by ms-swift's GRPO for a stage of Assay. It stands in the folder of an attempt, with what it reads: stage.json says what to
train and who asks, config.json is ms-swift's own: what `swift rlhf` takes."""
import json
import os

import assay_stage

settings = assay_stage.read("stage.json")
stage = assay_stage.Stage(settings)
start = settings["model"]
if settings["adapter"] is not None:
    with open(os.path.join(settings["adapter"], "adapter_config.json"), encoding="utf-8") as file:
        start = json.load(file)["base_model_name_or_path"]


def model_file(name):
    with open(os.path.join(start, name), encoding="utf-8") as file:
        return json.load(file)


# ms-swift has limits of its own for pictures, and takes the stage's from the environment, whatever stood there before
if settings["pixels"] is not None:
    os.environ["MIN_PIXELS"] = str(settings["pixels"]["minPixels"])
    os.environ["MAX_PIXELS"] = str(settings["pixels"]["maxPixels"])

import torch
from swift.callbacks import callbacks_map
from swift.cli.main import parse_yaml_args
from swift.pipelines import rlhf_main
from swift.rewards import ORM, orms
from swift.rlhf_trainers.grpo_trainer import GRPOTrainer
from swift.template.templates.qwen import Qwen2VLTemplate

# it takes every model's for that of the models that Qwen published
Qwen2VLTemplate.image_token_id = model_file("config.json")["image_token_id"]
assay_stage.take_up_weights(GRPOTrainer, settings["adapter"] is not None)


generation = model_file("generation_config.json") if os.path.exists(os.path.join(start, "generation_config.json")) else model_file("config.json")
ends = generation.get("eos_token_id") or []
ends = ends if isinstance(ends, list) else [ends]


class Reward(ORM):
    def __call__(self, completions, row, trainer_state, response_token_ids, is_truncated, **_):
        # the turns of an answer, of which there is one
        tokens = [ids[0] if ids and isinstance(ids[0], list) else ids for ids in response_token_ids]
        # it takes an answer that ends with its last possible token for one that was cut off
        stopped = [not cut or (len(ids) > 0 and ids[-1] in ends) for cut, ids in zip(is_truncated, tokens)]
        return stage.rewards(trainer_state.global_step, row, completions, tokens, stopped)


packages = ["ms-swift", "trl", "transformers", "torch", "peft", "accelerate", "datasets", "vllm"]
orms["assay"] = Reward
callbacks_map["assay"] = lambda args, trainer: assay_stage.callback(stage, *packages)

config = ["config.json"]
parse_yaml_args(config)
arguments = {
    "model": start,
    "gradient_accumulation_steps": assay_stage.passes(settings, assay_stage.read("config.json")["per_device_train_batch_size"]),
    "freeze_vit": not settings["vision"],
    "freeze_aligner": not settings["vision"],
    "use_cpu": not torch.cuda.is_available(),
    **({} if settings["adapter"] is None else {"adapters": settings["adapter"], "ref_adapters": settings["adapter"], "tuner_type": "lora"}),
    **({} if settings["resume"] is None else {"resume_from_checkpoint": settings["resume"]}),
}
rlhf_main([*config, *(word for name, value in arguments.items() for word in (f"--{name}", str(value)))])
