"""Writes a tiny text model with random weights and the tokenizer of a folder: `tiny_text.py FROM TO`. Qwen3, which SkyRL's jax computes."""

import json
import shutil
import sys
from pathlib import Path

import torch
from transformers import Qwen3Config, Qwen3ForCausalLM

source, target = map(Path, sys.argv[1:])
torch.manual_seed(0)
special = {token["content"]: token["id"] for token in json.loads((source / "tokenizer.json").read_text())["added_tokens"]}
config = Qwen3Config(
    vocab_size=json.loads((source / "config.json").read_text())["vocab_size"],
    hidden_size=64,
    intermediate_size=128,
    num_hidden_layers=2,
    num_attention_heads=2,
    num_key_value_heads=1,
    head_dim=32,
    max_position_embeddings=512,
    eos_token_id=special["<|im_end|>"],
    pad_token_id=special["<|endoftext|>"],
    bos_token_id=special["<|endoftext|>"],
    tie_word_embeddings=True,
)
Qwen3ForCausalLM(config).save_pretrained(target)
for name in ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"]:
    if (source / name).exists():
        shutil.copy(source / name, target / name)
