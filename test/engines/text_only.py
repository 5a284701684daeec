"""Models that are computed alike by Assay and by a server for text: `text_only.py bare FROM TO` writes a Qwen2.5-VL folder without what a
Llama lacks, biases of attention, which are set to 0; `text_only.py llama FROM TO` the decoder of such a folder as a Llama."""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

what, source, target = sys.argv[1], *map(Path, sys.argv[2:])
target.mkdir(parents=True, exist_ok=True)
weights = {name: value.float().contiguous() for name, value in load_file(source / "model.safetensors").items()}
biases = [name for name in weights if name.startswith("model.layers.") and name.endswith("_proj.bias")]
config = json.loads((source / "config.json").read_text())

if what == "bare":
    for name in biases:
        weights[name] = torch.zeros_like(weights[name])
    config["torch_dtype"] = "float32"
else:
    assert all(not weights[name].any() for name in biases), "it has biases, which a Llama cannot have"
    weights = {name: value for name, value in weights.items() if not name.startswith("visual.") and name not in biases}
    kept = ["hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "intermediate_size", "hidden_act", "rms_norm_eps", "rope_theta"]
    kept += ["max_position_embeddings", "tie_word_embeddings", "vocab_size", "bos_token_id", "eos_token_id", "pad_token_id"]
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "float32", **{name: config[name] for name in kept}}
    # for text all three axes of a position are the same, which is the usual rotation
    config["rope_parameters"] = {"rope_type": "default", "rope_theta": config["rope_theta"]}

for file in source.iterdir():
    if file.name not in ["model.safetensors", "config.json"]:
        shutil.copy(file, target / file.name)
(target / "config.json").write_text(json.dumps(config, indent=2))
save_file(weights, target / "model.safetensors", metadata={"format": "pt"})
