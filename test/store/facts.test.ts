/** Facts that only a stage finds out, such as the versions of a program that it starts. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Store from "../../src/store/index.ts"
import { environment, reading, stageOf, withJournal } from "./support.ts"

describe("facts of a stage", () => {
  it.live("are of the runs that executed it, beside what was known before; a restart changes them", () =>
    withJournal((journal, { file }) =>
      Effect.gen(function*() {
        const variants = [{ name: "a", cell: {}, role: "baseline" as const }]
        yield* journal.openExperiment({ name: "e", question: "?", file: "e.ts", variants, table: { metrics: [], published: {} } }, environment)
        const stage = yield* journal.openStage(stageOf("trained"))
        const runs = yield* Effect.forEach([0, 1], (seed) =>
          journal.openRun({ experiment: "e", variant: "a", seed, fingerprint: `f${seed}`, params: [] }, environment))
        yield* Effect.forEach(runs, (run, i) => journal.linkStage({ run, position: 0, stage, label: "external", reused: i === 1 }))
        yield* journal.noteFacts(stage, { "version.trl": "1.15.0" })
        yield* journal.noteFacts(stage, { "version.trl": "1.16.0", "version.torch": "2.13.0" })
        const facts = yield* reading(file, (db) => Effect.forEach(runs, (run) => Effect.map(Store.run(db, run), (found) => found!.facts)))
        assert.deepStrictEqual(facts, [{ ...environment.facts, "version.trl": "1.16.0", "version.torch": "2.13.0" }, environment.facts])
      })
    ))
})
