"""Reads the configs of docs/how-to/scale by the parsers of the trainers that they are for: `python scale.py KIND CONFIG MODEL PLUGIN`."""
import sys

kind, config, model, plugin = sys.argv[1:]
if kind == "accelerate":
    from accelerate.commands.config.config_args import load_config_from_file

    read = load_config_from_file(config)
    print(read.num_processes, read.distributed_type.value, read.mixed_precision)
elif kind == "trl":
    from trl import GRPOConfig, TrlParser

    here = ["--use_cpu", "true", "--output_dir", "unused", "--per_device_train_batch_size", "8"]
    (read,) = TrlParser((GRPOConfig,)).parse_args_and_config(["--config", config, *here])
    print(read.vllm_mode, read.bf16, read.vllm_max_model_length)
else:
    from swift.arguments import RLHFArguments
    from swift.cli.main import parse_yaml_args
    from swift.utils import parse_args

    given = [config]
    parse_yaml_args(given)
    here = ["--model", model, "--model_type", "qwen2_5_vl", "--template", "qwen2_5_vl", "--dataset", "unused.jsonl", "--output_dir", "unused"]
    read, unknown = parse_args(RLHFArguments, [*given, *here, "--external_plugins", plugin, "--use_cpu", "true"])
    print(read.vllm_mode, read.reward_funcs, read.max_steps, unknown)
