import { assert, describe, it } from "@effect/vitest"
import { requireDevice } from "../../../src/onnx/session.ts"
import { InvalidConfig } from "../../../src/pipeline/Errors.ts"
import { make } from "../../../src/policy/local/thread/engine.ts"
import { local, type LocalOptions } from "../../../src/policy/local/local.ts"
import * as Tiny from "./tiny.ts"

const refusal = (options: unknown): InvalidConfig => {
  try {
    local(Tiny.folder, options as LocalOptions)
  } catch (cause) {
    assert.instanceOf(cause, InvalidConfig)
    return cause
  }
  throw new Error("was not refused")
}

describe("the config of a local policy", () => {
  it("says everything that decides what is computed", () => {
    const defaults = { folder: Tiny.folder, weights: "folder", lora: null, freezeVision: false, microBatch: 32, device: "cpu" }
    assert.deepStrictEqual(local(Tiny.folder).config, defaults)
    const chosen = { lora: { rank: 8, alpha: 16, targets: ["q_proj", "v_proj"] }, freezeVision: true, microBatch: 4 } as const
    assert.deepStrictEqual(local(Tiny.folder, chosen).config, { ...defaults, ...chosen })
  })

  it("goes into the node that an override rebuilds", () => {
    const node = local(Tiny.folder)
    const changed = node.rebuild({ ...node.config, lora: { rank: 4, alpha: 4, targets: ["down_proj"] } }, {})
    assert.deepInclude(changed.config, { lora: { rank: 4, alpha: 4, targets: ["down_proj"] } })
  })

  const lora = { rank: 8, alpha: 16, targets: ["q_proj"] }
  it.each([
    ["a rank below 1", { lora: { ...lora, rank: 0 } }, /^local: lora\.rank: .*got 0/],
    ["half a rank", { lora: { ...lora, rank: 1.5 } }, /lora\.rank: .*got 1\.5/],
    ["no alpha", { lora: { ...lora, alpha: 0 } }, /lora\.alpha: .*got 0/],
    ["an unknown target", { lora: { ...lora, targets: ["q_proj", "c_attn"] } }, /lora\.targets\.1: Expected "q_proj" \| [\s\S]*"down_proj", got "c_attn"/],
    ["no target", { lora: { ...lora, targets: [] } }, /lora\.targets: /],
    ["a target twice", { lora: { ...lora, targets: ["q_proj", "q_proj"] } }, /lora\.targets: /],
    ["dropout", { lora: { ...lora, dropout: 0.1 } }, /lora\.dropout: /],
    ["no micro-batch", { microBatch: 0 }, /microBatch: /],
    ["an unknown device", { device: "tpu" }, /device: Expected "cpu" \| "webgpu" \| "cuda"/],
    ["a freezing that is text", { freezeVision: "yes" }, /freezeVision: Expected boolean, got "yes"/]
  ] as const)("refuses %s, naming the key", (_, options, message) => {
    assert.match(refusal(options).message, message)
  })
})

describe("a device that is not there", () => {
  it.each(["webgpu", "cuda"] as const)("is refused before anything else, with what it needs: %s", async (device) => {
    const outcome = await requireDevice(device).then(() => "there", (cause: Error) => cause.message)
    if (outcome === "there") return
    assert.match(outcome, new RegExp(`^Device "${device}" cannot be used on this machine \\(.+\\)\\. .+ device: "cpu"\\.$`))
    const engine = await make({ folder: Tiny.folder, weights: 0, threads: 1, device }).then(() => "made", (cause: Error) => cause.message)
    assert.strictEqual(engine, outcome)
  })
})
