"""Tells ms-swift's template the tokens of the shipped model, which are not those of Qwen's vocabulary that it has built in."""

import importlib

templates = importlib.import_module("swift.template.templates.qwen")
for name in ("Qwen2VLTemplate", "Qwen2_5VLTemplate"):
    template = getattr(templates, name)
    template.image_token_id, template.video_token_id = 1534, 1535
