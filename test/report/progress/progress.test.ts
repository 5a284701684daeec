/** The time left, from what was committed. */
import { assert, describe, it } from "vitest"
import { progress } from "../../../src/report/progress/progress.ts"
import { sideBySide } from "../../../src/report/progress/schedule.ts"
import type { RunProgress, StageProgress } from "../../../src/store/index.ts"

const at = (seconds: number): string => new Date(seconds * 1000).toISOString()

const loop = (from: number, to: number | undefined, done: number): StageProgress => ({
  label: "loop",
  reused: false,
  status: to === undefined ? "running" : "done",
  startedAt: at(from),
  endedAt: to === undefined ? null : at(to),
  done,
  of: 10
})

const evaluation = (from: number, to?: number): StageProgress => ({ ...loop(from, to, 0), label: "detection", of: null })

const run = (number: number, variant: string, status: RunProgress["status"], ...stages: ReadonlyArray<StageProgress>): RunProgress => ({
  run: number,
  variant,
  seed: number,
  status,
  stages
})

describe("progress", () => {
  it("is not known before anything has shown its pace", () => {
    const { left, running } = progress([run(1, "a", "running", loop(0, undefined, 0)), run(2, "a", "planned")], 5000)
    assert.isUndefined(left)
    assert.deepStrictEqual(running, [{ run: 1, variant: "a", seed: 1, stage: "loop", done: 0, of: 10, left: undefined }])
  })

  it("goes by a stage's own steps while none of its kind has ended", () => {
    const { running: [first] } = progress([run(1, "a", "running", loop(0, undefined, 4))], 8000)
    assert.strictEqual(first!.left, 12)
  })

  it("goes by those that ended, and by what other runs went through", () => {
    const whole = run(1, "a", "done", { ...loop(0, 5, 10), label: "data", reused: true }, loop(0, 20, 10), evaluation(20, 26))
    const now = run(2, "a", "running", loop(26, undefined, 5))
    const evaluating = run(3, "b", "running", loop(0, 20, 10), evaluation(30))
    const { left, running } = progress([whole, now, evaluating, run(4, "b", "planned")], 32_000)
    assert.deepStrictEqual(running.map(({ left }) => left), [16, 4])
    assert.strictEqual(left, 4 + 26)
  })

  it("is not led astray by one that was interrupted for a night", () => {
    const night = run(1, "a", "done", loop(0, 40_000, 10))
    const others = [run(2, "a", "done", loop(0, 20, 10)), run(3, "a", "done", loop(0, 22, 10))]
    assert.strictEqual(progress([night, ...others, run(4, "a", "running", loop(0, undefined, 5))], 99_000).left, 11)
  })
})

describe("side by side", () => {
  it("takes as long as the worker who ends last", () => {
    assert.strictEqual(sideBySide([5, 1, 1, 1], 2), 5)
    assert.strictEqual(sideBySide([3, 3, 3], 1), 9)
    assert.strictEqual(sideBySide([], 2), 0)
    assert.strictEqual(sideBySide([4], 0), 4)
  })
})
