"""What a trainer tells the stage of Assay that started it, over HTTP: its completions, which it gets rewards for, and its steps."""
import json
import math
import os
import signal
import sys
import threading
import urllib.error
import urllib.request

# the stage is near: no proxy stands between
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Stage:
    """The stage, as `stage.json` in the folder of this attempt names it. Whatever it refuses ends the training."""

    def __init__(self, settings):
        self._url, self._token = settings["url"], settings["token"]
        self._rank = int(os.environ.get("RANK", "0"))
        self._calls = 0
        self._pending = None
        if settings["watch"]:
            threading.Thread(target=_die_with_stage, daemon=True).start()

    def _post(self, path, body):
        headers = {"content-type": "application/json", "authorization": f"Bearer {self._token}"}
        request = urllib.request.Request(self._url + path, json.dumps(body).encode(), headers)
        try:
            with _opener.open(request, timeout=3600) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"the stage that started this training refused {path}: {error.read().decode(errors='replace')}") from None
        except urllib.error.URLError as error:
            raise RuntimeError(f"the stage that started this training is gone from {self._url} ({error.reason})") from None

    def begin(self, facts):
        """Says which versions train."""
        self._post("/begin", {"facts": facts})

    def rewards(self, step, rows, completions, tokens, stopped):
        """The rewards of completions sampled in `step`, from 0; `rows` says which prompts they answer."""
        self._calls += 1
        call = {"step": step, "rank": self._rank, "call": self._calls, "rows": rows, "completions": completions}
        return self._post("/score", {**call, "tokens": tokens, "stopped": stopped})["rewards"]

    def stepped(self, step, logs, saving):
        """The numbers of a step, told when it is over: now, or once its checkpoint is on disk."""
        # JSON has no NaN; the stage reads null as one
        self._pending = {"step": step, "metrics": {k: v if math.isfinite(v) else None for k, v in logs.items() if isinstance(v, (int, float))}}
        if not saving:
            self._send(None)

    def saved(self, folder):
        if self._pending is not None:
            self._send(folder)

    def _send(self, folder):
        self._post("/step", {**self._pending, "saved": folder})
        self._pending = None


def _die_with_stage():
    """Standard input is a pipe from the stage, which ends with it, even if it was killed."""
    while os.read(0, 1):  # nothing is ever written
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def read(name):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), encoding="utf-8") as file:
        return json.load(file)


def callback(stage, *packages):
    """Follows a transformers Trainer, and says at its start which versions of `packages` train."""
    from transformers import TrainerCallback

    class Follow(TrainerCallback):
        def on_train_begin(self, args, state, control, **_):
            if state.is_world_process_zero:
                stage.begin(_versions(packages))

        def on_log(self, args, state, control, logs=None, **_):
            # what is logged at the very end has no loss, and is of no step
            if state.is_world_process_zero and logs is not None and "loss" in logs:
                stage.stepped(state.global_step - 1, logs, control.should_save)

        def on_save(self, args, state, control, **_):
            if state.is_world_process_zero:
                stage.saved(os.path.join(args.output_dir, f"checkpoint-{state.global_step}"))

    return Follow()


def passes(settings, at_a_time):
    """How often each process computes in a step."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if settings["completions"] % (world * at_a_time) != 0:
        raise SystemExit(
            f"{settings['completions']} completions a step cannot be divided among {world} processes that compute {at_a_time} at a time. "
            "Choose another batch, groupSize or microBatch."
        )
    return settings["completions"] // (world * at_a_time)


def take_up_weights(trainer, adapter):
    """Mends how a kind of trainer goes on from a checkpoint: transformers 5 saves models under the names of the hub and looks for its
    own when it goes on, finds none of Qwen2.5-VL's, warns, and trains the model of the start. Loading it as a model knows both. Of an
    adapter, up to 5.19 it loads only those in folders of their own where there is one, as TRL's "ref" of a KL term, and not the trained one."""
    from transformers import AutoModelForImageTextToText

    as_it_is = trainer._load_from_checkpoint

    def load(self, checkpoint, model=None):
        if self.is_deepspeed_enabled or self.is_fsdp_enabled:
            return as_it_is(self, checkpoint, model)
        if adapter:
            as_it_is(self, checkpoint, model)
            adapted = self.accelerator.unwrap_model(self.model)
            if len(adapted.peft_config) > 1:
                adapted.load_adapter(checkpoint, "default", is_trainable=True)
            return
        saved = AutoModelForImageTextToText.from_pretrained(checkpoint, dtype=self.model.dtype)
        self.accelerator.unwrap_model(self.model).load_state_dict(saved.state_dict())

    trainer._load_from_checkpoint = load


def _versions(names):
    from importlib.metadata import PackageNotFoundError, version

    facts = {"version.python": sys.version.split()[0]}
    for name in names:
        try:
            facts[f"version.{name}"] = version(name)
        except PackageNotFoundError:
            pass
    return facts
