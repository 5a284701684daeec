/** Samples of a journal: what is recorded reads back equal, whatever it is. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ScopedSample } from "../../../src/pipeline/run/Records.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Store from "../../../src/store/index.ts"
import { reading, rows, sampleOf, stageOf, stepOf, withJournal, writeStudy } from "../support.ts"

const texts = [
  "",
  "<answer>None</answer>",
  "a\0b",
  "'; DROP TABLE run; --",
  "\u{1F408} \u{5F20}",
  "x".repeat(20_000),
  "\n\r\t\\\"{}"
]

/** Samples of every shape, hostile text included. */
const anySample = (key: Random.Key, ordinal: number): ScopedSample => {
  const next = Random.stream(Random.fold(key, ordinal))
  const pick = <A>(values: ReadonlyArray<A>): A => values[Math.floor(next() * values.length)]!
  const text = () => pick(texts)
  const number = () => pick([0, 0.1, -3.5, 1 / 3, 1e300, 5e-324, Number.MAX_SAFE_INTEGER, next()])
  const size = () => Math.floor(next() * 5000)
  const list = <A>(make: () => A): ReadonlyArray<A> => Array.from({ length: Math.floor(next() * 4) }, make)
  const boxes = list(() => ({
    role: pick(["true", "predicted"]),
    label: text(),
    space: pick(["original", "resized", "thousand"]),
    x1: number(),
    y1: number(),
    x2: number(),
    y2: number()
  }))
  return {
    ordinal,
    scope: pick(["", "watch"]),
    example: text(),
    prompt: text(),
    completion: text(),
    solution: text(),
    tokenCount: size(),
    finishReason: pick(["stop", "length"]),
    details: { image: text(), width: size(), height: size(), inputWidth: size(), inputHeight: size() },
    rewards: list(() => ({ part: text(), value: number(), ...(next() < 0.5 ? {} : { error: text() }) })),
    tables: { box: boxes }
  }
}

/** A stored sample in the shape in which it was recorded. */
const recorded = (row: Effect.Success<ReturnType<typeof Store.samples>>[number]): ScopedSample => ({
  ordinal: row.ordinal,
  scope: row.scope,
  example: row.example,
  prompt: row.prompt,
  completion: row.completion,
  solution: row.solution,
  tokenCount: row.tokenCount,
  finishReason: row.finishReason,
  details: JSON.parse(row.details),
  rewards: row.rewards.map(({ error, part, value }) => ({ part, value: value!, ...(error === null ? {} : { error }) })),
  tables: { box: row.boxes.map(({ label, role, space, x1, x2, y1, y2 }) => ({ role, label, space, x1, y1, x2, y2 })) }
})

describe("samples", () => {
  it.live("any recorded step reads back equal", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        yield* writeStudy(journal, "e", [{ name: "a", role: "variant", stages: [{ fingerprint: "x", metrics: [] }] }])
        const loop = yield* journal.openStage(stageOf("loop"))
        const [run = 0] = (yield* reading(file, (db) => Store.runs(db, "e"))).map(({ id }) => id)
        yield* journal.linkStage({ run, position: 1, stage: loop, label: "loop", reused: false })
        for (let step = 0; step < 60; step++) {
          const key = Random.fold(Random.key(7), step)
          const samples = Array.from({ length: step % 7 }, (_, i) => anySample(key, i))
          const metrics = Array.from(
            { length: step % 5 },
            (_, i) => [`m${i}`, Random.uniformAt(key, i) * 10 ** (i * 40)] as const
          )
          yield* journal.commitStep(loop, stepOf(step, metrics, samples))
          const [all, values] = yield* reading(file, (db) =>
            Effect.all([
              Store.samples(db, run, { limit: samples.length }),
              Store.sql(
                db,
                `SELECT k.name, m.value FROM metric m JOIN metric_key k ON k.id = m.key WHERE step = ${step} ORDER BY 1`
              )
            ]))
          const byScope = samples.toSorted((a, b) => a.scope < b.scope ? -1 : a.scope > b.scope ? 1 : a.ordinal - b.ordinal)
          if (samples.length > 0) assert.deepStrictEqual(all.map(recorded), byScope)
          assert.deepStrictEqual(values.rows, metrics.map((metric) => [...metric]))
        }
        const heldOut = yield* reading(file, (db) => Store.samples(db, run, { heldOut: true }))
        assert.isTrue(heldOut.length > 0 && heldOut.every(({ scope }) => scope === "watch"))
      })
    ))

  it.live("boxes and rewards that are no finite numbers become NULL and stop nothing", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const id = yield* journal.openStage(stageOf("f"))
        const corners = { x1: Infinity, y1: NaN, x2: -Infinity, y2: 1 }
        const box = { role: "predicted", label: "cat", space: "resized", ...corners } as const
        const sample = sampleOf(0, { tables: { box: [box] }, rewards: [{ part: "ap", value: NaN }] })
        yield* journal.commitStep(id, stepOf(0, [["loss", NaN]], [sample]))
        assert.deepStrictEqual(yield* rows(file, "SELECT x1, y1, x2, y2 FROM box"), [[null, null, null, 1]])
        const values = "SELECT value FROM sample_reward UNION ALL SELECT value FROM metric"
        assert.deepStrictEqual(yield* rows(file, values), [[null], [null]])
      })
    ))
})
