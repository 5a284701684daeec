import { assert, describe, it } from "vitest"
import { execFileSync, spawnSync } from "node:child_process"

const python = spawnSync("python3", ["--version"]).status === 0

/** As transformers up to 5.19: where a checkpoint has adapters in folders of their own, only those are loaded. */
const resumed = (adapters: ReadonlyArray<string>, sharded = false): unknown =>
  JSON.parse(execFileSync("python3", ["-c", `
import json, sys, types
sys.path.insert(0, "trainers")
sys.modules["transformers"] = types.SimpleNamespace(AutoModelForImageTextToText=None)
import assay_stage

loaded = []
class Model:
    peft_config = {name: {} for name in ${JSON.stringify(adapters)}}
    def load_adapter(self, folder, name, is_trainable):
        loaded.append([folder, name, is_trainable])

class Trainer:
    model = Model()
    accelerator = types.SimpleNamespace(unwrap_model=lambda model: model)
    is_deepspeed_enabled, is_fsdp_enabled = False, ${sharded ? "True" : "False"}
    def _load_from_checkpoint(self, checkpoint, model=None):
        apart = [name for name in self.model.peft_config if name != "default"]
        for name in apart:
            self.model.load_adapter(f"{checkpoint}/{name}", name, False)
        if not apart:
            self.model.load_adapter(checkpoint, "default", True)

assay_stage.take_up_weights(Trainer, True)
Trainer()._load_from_checkpoint("checkpoint-3")
print(json.dumps(loaded))
`], { encoding: "utf8", env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } }))

describe.skipIf(!python)("a training of an adapter that goes on", () => {
  it("takes up the trained adapter, also where a KL term has one beside it", () => {
    assert.deepStrictEqual(resumed(["default"]), [["checkpoint-3", "default", true]])
    assert.deepStrictEqual(resumed(["default", "ref"]), [["checkpoint-3/ref", "ref", false], ["checkpoint-3", "default", true]])
  })

  it("is left to those that shard the model", () => {
    assert.deepStrictEqual(resumed(["default", "ref"], true), [["checkpoint-3/ref", "ref", false]])
  })
})
