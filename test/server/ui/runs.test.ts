/** What the page is told of runs. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Store from "../../../src/store/index.ts"
import { asked, serving } from "./support.ts"

describe("runs", () => {
  it.live("are listed with what they share", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body } = yield* asked(`${url}/api/runs?experiment=reward-comparison`)
      assert.lengthOf(body, 12)
      assert.deepInclude(body[1], { run: 2, variant: "base model", role: "reference", seed: 1, status: "done", current: true, stages: 1, reused: 1 })
      assert.strictEqual((yield* asked(`${url}/api/runs?experiment=nothing`)).status, 404)
    }).pipe(Effect.scoped))

  it.live("show their stages, last numbers, config and environment", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body } = yield* asked(`${url}/api/runs/one?run=4`)
      assert.deepInclude(body, { run: 4, experiment: "reward-comparison", variant: "AP50", seed: 0, status: "done" })
      assert.deepStrictEqual(body.stages.map(({ label, reused }: Record<string, unknown>) => [label, reused]), [["loop", false], ["detection", false]])
      assert.deepInclude(body.metrics, { scope: "detection", name: "mAP", unit: "%", value: 31 })
      assert.strictEqual(body.params["loop.steps"], 20)
      assert.strictEqual(body.environment.node, "v24")
      assert.strictEqual((yield* asked(`${url}/api/runs/one?run=99`)).status, 404)
      assert.strictEqual((yield* asked(`${url}/api/runs/one?run=x`)).body.error.param, "run")
    }).pipe(Effect.scoped))

  it.live("have their log, hostile words and all", () =>
    Effect.gen(function*() {
      const { url, workspace } = yield* serving()
      assert.deepStrictEqual((yield* asked(`${url}/api/runs/log?run=4`)).body, { entries: [] })
      const write = yield* Store.logWriter({ file: workspace.db, objects: workspace.objects })
      const entry = { variant: "AP50", seed: 0, at: "2026-11-28T10:00:00.000Z" }
      yield* write("reward-comparison", [
        { ...entry, stage: undefined, level: "info", message: "begun" },
        { ...entry, stage: "loop", level: "error", message: "<script>alert(1)</script>\u202e" },
        { ...entry, seed: 99, stage: "loop", level: "error", message: "of no run" }
      ])
      assert.deepStrictEqual((yield* asked(`${url}/api/runs/log?run=4`)).body.entries, [
        { ordinal: 0, at: entry.at, level: "info", stage: null, message: "begun" },
        { ordinal: 1, at: entry.at, level: "error", stage: "loop", message: "<script>alert(1)</script>\u202e" }
      ])
      assert.strictEqual((yield* asked(`${url}/api/runs/log?run=99`)).status, 404)
    }).pipe(Effect.scoped))

  it.live("are told apart by what differs alone", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body } = yield* asked(`${url}/api/runs/difference?run=4&other=8`)
      assert.deepStrictEqual([body.left.variant, body.left.seed, body.right.variant, body.right.seed], ["AP50", 0, "weighted sum", 1])
      assert.deepStrictEqual(body.params, [
        { path: "reward", left: "\"AP50\"", right: "\"weighted sum\"" },
        { path: "seed", left: "0", right: "1" }
      ])
      assert.deepStrictEqual(body.environment, [])
      assert.deepStrictEqual(body.stages.map(({ label }: { label: string }) => label), ["loop", "detection"])
      const same = yield* asked(`${url}/api/runs/difference?run=4&other=4`)
      assert.deepStrictEqual([same.body.params, same.body.environment, same.body.stages], [[], [], []])
    }).pipe(Effect.scoped))
})
