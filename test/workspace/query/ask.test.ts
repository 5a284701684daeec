import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Workspace from "../../../src/workspace/index.ts"
import { withJournal } from "../../store/support.ts"

const most = { rows: 100, characters: 100_000, seconds: 20, megabytes: 1000 }

const endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"

const asking = <A, E>(body: (ask: (query: string, more?: Partial<Workspace.MostOfAnswer>) => ReturnType<typeof Workspace.ask>) => Effect.Effect<A, E>) =>
  withJournal((_, { file }) => body((query, more) => Workspace.ask(Workspace.at(file), query, { ...most, ...more })))

describe("somebody's SQL", () => {
  it.live("is answered, with its columns", () =>
    asking((ask) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* ask("SELECT 1 AS one, 'x' AS x, NULL, 9007199254740993"), {
          columns: ["one", "x", "NULL", "9007199254740993"],
          rows: [[1, "x", null, 9007199254740993n]],
          more: false
        })
      })
    ))

  it.live("is answered with its first rows, and says that there are more", () =>
    asking((ask) =>
      Effect.gen(function*() {
        const rows = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n, hex(zeroblob(500)) FROM t"
        const byRows = yield* ask(rows, { rows: 7 })
        assert.deepStrictEqual([byRows.rows.length, byRows.more], [7, true])
        const byCharacters = yield* ask(rows, { characters: 5_000 })
        assert.deepStrictEqual([byCharacters.rows.length, byCharacters.more], [4, true], "a fifth would be too many")
        assert.isFalse((yield* ask("SELECT 1", { rows: 1 })).more)
      })
    ))

  it.live("is stopped after its time, while this process goes on", () =>
    asking((ask) =>
      Effect.gen(function*() {
        let turns = 0
        const counting = setInterval(() => turns++, 10)
        const error = yield* Effect.flip(ask(endless, { seconds: 1 }))
        clearInterval(counting)
        assert.strictEqual(error._tag, "QueryStopped")
        assert.match(error.message, /stopped after 1 s.*assay sql/)
        assert.isAbove(turns, 20)
      })
    ))

  it.live("is stopped where it takes too much memory", () =>
    asking((ask) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(ask(`SELECT group_concat(hex(randomblob(10000000)), '') FROM (${endless.replace("count(*)", "n")})`, { megabytes: 400 }))
        assert.match(error.message, /more than 400 MB of memory/)
      })
    ))

  it.live("ends with whoever asked", () =>
    asking((ask) =>
      Effect.gen(function*() {
        const children = () => spawnSync("ps", ["-o", "args=", "--ppid", String(process.pid)], { encoding: "utf8" }).stdout
        const fiber = yield* Effect.forkChild(ask(endless))
        while (!children().includes("query/child.ts")) yield* Effect.sleep("20 millis")
        yield* Fiber.interrupt(fiber)
        while (children().includes("query/child.ts")) yield* Effect.sleep("20 millis")
      })
    ))

  it.live("that does more than read is refused, with what to do", () =>
    asking((ask) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(ask("DELETE FROM run"))
        assert.deepInclude(error, { _tag: "StoreError", reason: "query" })
        assert.include(error.message, "Ask with SELECT")
      })
    ))
})
