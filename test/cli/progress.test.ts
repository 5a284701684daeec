import { assert, describe, it } from "@effect/vitest"
import type { Plan } from "../../src/pipeline/plan/Plan.ts"
import type { Event } from "../../src/pipeline/run/Progress.ts"
import { live } from "../../src/cli/run/progress/Display.ts"
import { fold, start } from "../../src/cli/run/progress/fold.ts"
import { bar, duration } from "../../src/cli/run/progress/format.ts"
import * as Lines from "../../src/cli/run/progress/Lines.ts"
import { render } from "../../src/cli/run/progress/render.ts"
import type { State } from "../../src/cli/run/progress/state.ts"
import * as TimeLeft from "../../src/cli/run/progress/TimeLeft.ts"
import { width } from "../../src/report/width.ts"

const run = (seed: number) => ({ variant: "weighted_sum, cosine", seed })

/** As much of a plan as the display reads: runs of one loop of ten steps and one evaluation. */
const planOf = (seeds: number, resumed?: number) =>
  ({
    experiment: { name: "demo" },
    runs: Array.from({ length: seeds }, (_, seed) => ({
      record: run(seed),
      stages: [
        {
          label: "loop",
          stage: { kind: "loop", steps: 10 },
          status: resumed === undefined ? { _tag: "runs" } : { _tag: "resumes", step: resumed }
        },
        { label: "detection", stage: { kind: "evaluate" }, status: { _tag: "runs" } }
      ]
    }))
  }) as unknown as Plan

/** Folds events that come at given seconds. */
const after = (state: State, ...events: ReadonlyArray<readonly [seconds: number, event: Event]>): State =>
  events.reduce((current, [seconds, event]) => fold(current, event, seconds * 1000), state)

const started = (seed: number): Event => ({ _tag: "RunStarted", run: run(seed), stages: ["loop", "detection"] })
const stage = (seed: number, name: string): Event => ({ _tag: "StageStarted", run: run(seed), stage: name })
const step = (seed: number, done: number): Event => ({
  _tag: "StepCommitted",
  run: run(seed),
  stage: "loop",
  done,
  steps: 10,
  metrics: [{ scope: "", name: "reward", value: done / 10 }]
})
const ended = (seed: number, name: string): Event => ({ _tag: "StageFinished", run: run(seed), stage: name })

describe("time left", () => {
  it("is unknown before anything has shown its pace", () => {
    const state = after(start(planOf(2), 1, 0), [0, started(0)], [0, stage(0, "loop")])
    assert.isUndefined(TimeLeft.ofAll(state, 1000))
  })

  it("follows the pace of the steps, and expects of later runs what earlier ones took", () => {
    const half = after(start(planOf(2), 1, 0), [0, started(0)], [0, stage(0, "loop")], [5, step(0, 5)])
    // 5 s for the other half, and 10 s for the second run's loop; evaluations have not shown anything yet
    assert.strictEqual(TimeLeft.ofAll(half, 5000), 15)
    const whole = after(half, [10, step(0, 10)], [10, ended(0, "loop")], [10, stage(0, "detection")], [
      14,
      ended(0, "detection")
    ], [14, { _tag: "RunFinished", run: run(0) }])
    assert.strictEqual(TimeLeft.ofAll(whole, 14_000), 14)
  })

  it("shares the work among the jobs", () => {
    const state = after(
      start(planOf(4), 2, 0),
      [0, started(0)],
      [0, stage(0, "loop")],
      [0, started(1)],
      [0, stage(1, "loop")],
      [5, step(0, 5)],
      [5, step(1, 5)]
    )
    assert.strictEqual(TimeLeft.ofAll(state, 5000), 15)
  })

  it("measures the pace of a resumed loop by its own steps", () => {
    const state = after(start(planOf(1, 5), 1, 0), [0, started(0)], [0, stage(0, "loop")], [2, step(0, 7)])
    // six steps were done before; one step took 2 s, and three are left
    assert.strictEqual(TimeLeft.ofRun(state, state.runs[0]!, 2000), 6)
  })

  it("expects nothing of stages that the plan knows as finished or shared", () => {
    const plan = planOf(3)
    const [first, ...others] = plan.runs
    const shared = others.map((one) => ({
      ...one,
      stages: one.stages.map((stage) => ({
        ...stage,
        status: { _tag: "shared", variant: "weighted_sum, cosine", seed: 0 } as const
      }))
    }))
    const state = after(start({ ...plan, runs: [first!, ...shared] }, 1, 0), [0, started(0)], [0, stage(0, "loop")], [
      5,
      step(0, 5)
    ])
    assert.strictEqual(TimeLeft.ofAll(state, 5000), 5)
  })

  it("is nothing for runs that failed", () => {
    const state = after(start(planOf(1), 1, 0), [0, started(0)], [0, stage(0, "loop")], [5, step(0, 5)], [5, {
      _tag: "StageFailed",
      run: run(0),
      stage: "loop",
      message: "out of ideas"
    }], [5, { _tag: "RunFailed", run: run(0), message: "out of ideas" }])
    assert.strictEqual(TimeLeft.ofRun(state, state.runs[0]!, 6000), 0)
    assert.include(render(state, 100, 6000).join("\n"), "1 failed")
  })
})

describe("live display", () => {
  const state = after(start(planOf(3), 2, 0), [0, started(0)], [0, stage(0, "loop")], [0, started(1)], [
    0,
    stage(1, "loop")
  ], [4, step(0, 4)])

  it("has a line for each running run and one for all", () => {
    const lines = render(state, 120, 4000)
    assert.strictEqual(lines.length, 3)
    for (const part of ["weighted_sum, cosine · seed 0", "loop", "4/10", "reward 0.400", "6 s left"]) {
      assert.include(lines[0], part)
    }
    assert.match(lines[2]!, /^0 of 3 runs done · 4 s · about /)
  })

  it("is never wider than the terminal", () => {
    for (const columns of [20, 40, 66, 80, 200]) {
      for (const line of render(state, columns, 4000)) assert.isAtMost(width(line), columns)
    }
  })

  it("shows the table above them where the terminal has room for it, and clears it at the end", () => {
    const table = ["reward  n  mAP", "AP      1  41.00"]
    const drawn = (rows: number, then: (screen: ReturnType<typeof live>) => void) => {
      let last = ""
      const screen = live({ columns: 80, rows, write: (some: string | Uint8Array) => ((last = String(some)), true) })
      screen.table!(table)
      then(screen)
      return last
    }
    assert.include(drawn(24, (screen) => screen.tick(state, 4000)), table.join("\n"))
    assert.notInclude(drawn(5, (screen) => screen.tick(state, 4000)), "AP  ")
    assert.notInclude(drawn(24, (screen) => screen.close(state, 4000)), "AP  ")
  })

  it("counts what a stage reports where it has no steps, and steps of a loop only when committed", () => {
    const inside = after(state, [4, { _tag: "StageProgress", run: run(0), stage: "loop", done: 3, total: 8 }])
    assert.include(render(inside, 120, 4000)[0], "4/10")
    const evaluating = after(inside, [9, ended(0, "loop")], [9, stage(0, "detection")], [9, {
      _tag: "StageProgress",
      run: run(0),
      stage: "detection",
      done: 64,
      total: 200
    }])
    assert.include(render(evaluating, 120, 9000)[0], "64/200")
  })
})

describe("plain lines", () => {
  it("tell of starts, ends and failures, and stay silent about single steps", () => {
    const state = after(start(planOf(1), 1, 0), [0, started(0)], [0, stage(0, "loop")], [75, ended(0, "loop")])
    assert.strictEqual(
      Lines.ofEvent(state, ended(0, "loop"), 75_000),
      "weighted_sum, cosine · seed 0: loop finished in 1 min 15 s"
    )
    assert.isUndefined(Lines.ofEvent(state, step(0, 1), 1))
    assert.include(Lines.ofEvent(state, { _tag: "RunFailed", run: run(0), message: "no data" }, 1), "failed: no data")
  })

  it("tell where a running run stands", () => {
    const state = after(start(planOf(1), 1, 0), [0, started(0)], [0, stage(0, "loop")], [5, step(0, 5)])
    assert.strictEqual(
      Lines.ofRun(state, state.runs[0]!, 5000),
      "weighted_sum, cosine · seed 0: loop 5/10 · reward 0.500 · 5 s left"
    )
  })
})

describe("format", () => {
  it("says durations as a person does", () => {
    assert.deepStrictEqual([0.4, 59.6, 60, 200, 3600, 7500].map(duration), [
      "0 s",
      "1 min",
      "1 min",
      "3 min 20 s",
      "1 h",
      "2 h 5 min"
    ])
  })

  it("fills a bar to its fraction, whatever it is given", () => {
    assert.deepStrictEqual([0, 0.5, 1, 7, -1, NaN].map((fraction) => bar(fraction, 4)), [
      "░░░░",
      "██░░",
      "████",
      "████",
      "░░░░",
      "░░░░"
    ])
  })
})
