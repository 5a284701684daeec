/** Stages and runs out of one database and into another. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import Sqlite from "better-sqlite3"
import * as fs from "node:fs"
import * as path from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { Claims } from "../../src/pipeline/run/Claims.ts"
import * as Store from "../../src/store/index.ts"
import { beginRun, environment, type Files, filesIn, opened, pathOf, put, reading, rows, sampleOf, stageOf, stepOf, temporaryFolder } from "./support.ts"

const database = (files: Files) =>
  Effect.map(Layer.build(Store.workingLayer(files)), (context) => ({
    transfer: Context.get(context, Store.Transfer),
    /** Work with the journal, with a stage in hand. */
    journal: <A, E>(stage: string, work: (journal: Effect.Success<typeof opened>) => Effect.Effect<A, E>) =>
      Context.get(context, Claims).claim(stage, Effect.provideContext(Effect.flatMap(opened, work), context))
  }))

/** Two databases in folders of their own, and what lies between them. */
const two = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const [from, to] = ["from", "to"].map((name) => path.join(folder, name)) as [string, string]
  for (const each of [from, to]) fs.mkdirSync(each)
  const files = { from: filesIn(from), to: filesIn(to) }
  return {
    files,
    from: yield* database(files.from),
    to: yield* database(files.to),
    stage: "stages/e",
    run: "runs/e",
    at: (name: string) => path.join(folder, "between", name),
    between: Store.Between.folder(path.join(folder, "between"))
  }
})

const box = { role: "true", label: "cat", space: "resized", x1: 1, y1: 2, x2: 30.5, y2: 40 }
const samples = [sampleOf(0, { rewards: [{ part: "iou", value: 0.1 + 0.2 }, { part: "format", value: 1, error: "no tag" }], tables: { box: [box] } }), sampleOf(1)]

/** Ends the stage and the run that `beginRun` began. */
const finishRun = (journal: Effect.Success<typeof opened>, run: number, name: string) =>
  Effect.gen(function*() {
    const id = yield* journal.openStage(stageOf(name))
    const large = "x".repeat(100_000)
    yield* journal.closeStage(id, { output: yield* put(journal, large), records: stepOf(0, [["loss", 1 / 3], ["nothing", NaN]], samples) })
    yield* journal.closeRun(run, "done")
    return id
  })

/** Numbers of a run and of its stage, both done. */
const wholeRun = (journal: Effect.Success<typeof opened>) =>
  Effect.gen(function*() {
    const id = yield* beginRun(journal, "e")
    return [id, yield* finishRun(journal, id, "e")] as const
  })

const tables = ["metric m JOIN metric_key k ON k.id = m.key", "sample", "sample_reward", "box", "step_reward", "stage_tokens", "run_stage", "param", "environment_fact"]

const contents = (files: Files) =>
  reading(files.file, (handle) =>
    Effect.forEach(tables, (table) =>
      Effect.map(Store.sql(handle, `SELECT * FROM ${table}`), ({ columns, rows }) =>
        [table, columns, rows.map((row) => JSON.stringify(row)).sort()])))

describe("a stage and a run, given and taken", () => {
  it.live("lends no file whose bits changed under the same stamp, and no longer takes its stage for finished", () =>
    Effect.scoped(Effect.gen(function*() {
      const { at, between, files, from } = yield* two
      const [, id] = yield* from.journal("e", wholeRun)
      const [[hash]] = (yield* rows(files.from.file, "SELECT output FROM stage")) as [[string]]
      const file = pathOf(files.from, { hash, bytes: 0, mediaType: "" })
      fs.writeFileSync(file, "y".repeat(100_000))
      const { ctimeNs, dev, ino, mtimeNs, size } = fs.statSync(file, { bigint: true })
      const writer = new Sqlite(files.from.file)
      writer.prepare("UPDATE artifact SET stamp = ? WHERE hash = ?").run([dev, ino, size, mtimeNs, ctimeNs].join(":"), hash)
      writer.close()
      const isFound = from.journal("e", (journal) => Effect.map(journal.findStage("e"), (found) => found !== undefined))
      assert.isTrue(yield* isFound)
      yield* from.transfer.lend(id, between)
      assert.isFalse(fs.existsSync(at(`objects/${hash.slice(0, 2)}/${hash.slice(2)}`)))
      assert.isFalse(yield* isFound)
    })))

  it.live("are the same in the other database, with their files, and twice changes nothing", () =>
    Effect.scoped(Effect.gen(function*() {
      const { between, files, from, run, stage, to } = yield* two
      const [runId, stageId] = yield* from.journal("e", wholeRun)
      yield* from.transfer.give({ stage: stageId }, stage, between)
      yield* from.transfer.give({ run: runId }, run, between)
      assert.strictEqual((yield* to.transfer.take(stage, between))?.executions.added, 1)
      assert.strictEqual((yield* to.transfer.take(run, between))?.runs.added, 1)
      assert.deepStrictEqual(yield* contents(files.to), yield* contents(files.from))
      const found = yield* to.journal("e", (journal) => journal.findStage("e"))
      assert.strictEqual(found?.output.bytes, 100_000, "its file came along")
      assert.deepInclude((yield* to.transfer.take(stage, between))?.executions, { added: 0, here: 1 })
      assert.deepInclude((yield* to.transfer.take(run, between))?.runs, { added: 0, completed: 0, here: 1 })
      assert.deepStrictEqual(yield* contents(files.to), yield* contents(files.from))
    })))

  it.live("have their samples numbered behind those that are there, however high the numbers are where they come from", () =>
    Effect.scoped(Effect.gen(function*() {
      const { between, files, from, stage, to } = yield* two
      const [, stageId] = yield* from.journal("e", wholeRun)
      yield* Effect.sync(() => {
        const db = new Sqlite(files.from.file)
        db.pragma("foreign_keys = OFF")
        for (const [table, column] of [["completion", "id"], ["sample_reward", "sample"], ["box", "sample"]]) db.exec(`UPDATE ${table} SET ${column} = ${column} + 1000000`)
        db.close()
      })
      yield* from.transfer.give({ stage: stageId }, stage, between)
      yield* to.transfer.take(stage, between)
      const found = yield* reading(files.to.file, (handle) =>
        Effect.map(Store.sql(handle, "SELECT c.id, c.ordinal, group_concat(w.part) FROM completion c LEFT JOIN sample_reward w ON w.sample = c.id GROUP BY 1 ORDER BY 1"), ({ rows }) => rows))
      assert.deepStrictEqual(found.map(([id, ordinal]) => [id, ordinal]), [[1, 0], [2, 1]])
      assert.strictEqual(String(found[0]![2]).split(",").toSorted().join(), "format,iou")
    })))

  it.live("take the place of what was begun there, and get that database's numbers", () =>
    Effect.scoped(Effect.gen(function*() {
      const { between, files, from, run, stage, to } = yield* two
      const [runId, stageId] = yield* from.journal("e", wholeRun)
      yield* to.journal("another", (journal) => journal.openStage(stageOf("another")))
      const own = yield* to.journal("e", (journal) =>
        Effect.gen(function*() {
          const id = yield* beginRun(journal, "e")
          const begun = yield* journal.openStage(stageOf("e"))
          const checkpoint = yield* put(journal, "half of it")
          yield* journal.commitStep(begun, { ...stepOf(0, [["old", 1]]), checkpoint })
          return { id, begun }
        }))
      assert.notStrictEqual(own.begun, stageId)
      yield* from.transfer.give({ stage: stageId }, stage, between)
      yield* from.transfer.give({ run: runId }, run, between)
      yield* to.transfer.take(stage, between)
      yield* to.transfer.take(run, between)
      const found = yield* to.journal("e", (journal) => journal.findStage("e"))
      assert.strictEqual(found?.id, own.begun)
      const left = yield* reading(files.to.file, (handle) =>
        Effect.map(
          Store.sql(handle, "SELECT (SELECT count(*) FROM run), (SELECT status FROM run), (SELECT count(*) FROM checkpoint), (SELECT group_concat(name) FROM metric m JOIN metric_key k ON k.id = m.key)"),
          ({ rows }) => rows[0]
        ))
      assert.deepStrictEqual(left, [1, "done", 0, "loss,nothing"])
    })))

  it.live("bring nothing without the files of their results, so that others of that stage may come; and these take the place of what is lost here", () =>
    Effect.scoped(Effect.gen(function*() {
      const { at, between, files, from, stage, to } = yield* two
      /** One execution of the stage, whose results differ from time to time, as on a GPU. */
      const executed = (results: string) =>
        from.journal("e", (journal) =>
          Effect.gen(function*() {
            yield* beginRun(journal, "e")
            const id = yield* journal.openStage(stageOf("e"))
            const output = yield* put(journal, results.repeat(100_000))
            yield* journal.closeStage(id, { output, records: stepOf(0, [["loss", 1]]) })
            yield* from.transfer.give({ stage: id }, stage, between)
            return output.hash
          }))
      const lose = (folder: string, hash: string) => fs.rmSync(path.join(folder, hash.slice(0, 2), hash.slice(2)))
      const found = to.journal("e", (journal) => Effect.map(journal.findStage("e"), (stage) => stage?.output.hash))
      const first = yield* executed("a")
      assert.isTrue(yield* to.transfer.isWhole(stage, between))
      lose(at("objects"), first)
      assert.isFalse(yield* to.transfer.isWhole(stage, between))
      assert.isUndefined(yield* to.transfer.take(stage, between))
      lose(files.from.objects, first)
      const second = yield* executed("b")
      assert.strictEqual((yield* to.transfer.take(stage, between))?.executions.added, 1)
      assert.strictEqual(yield* found, second)
      for (const one of [files.from, files.to]) lose(one.objects, second)
      const third = yield* executed("c")
      yield* to.transfer.take(stage, between)
      assert.strictEqual(yield* found, third)
      assert.isFalse(yield* reading(files.to.file, (db) => Effect.map(Store.sql(db, `SELECT 1 FROM artifact WHERE hash = '${second}'`), ({ rows }) => rows.length > 0)))
    })))

  it.live("say of a run that failed what it says there, and of its stages but their names", () =>
    Effect.scoped(Effect.gen(function*() {
      const { between, files, from, run, to } = yield* two
      const runId = yield* from.journal("e", (journal) =>
        Effect.gen(function*() {
          const id = yield* beginRun(journal, "e")
          yield* journal.closeStage(yield* journal.openStage(stageOf("e")), { output: yield* put(journal, "x"), records: stepOf(0, [["loss", 1]]) })
          return id
        }))
      yield* from.journal("f", (journal) =>
        Effect.gen(function*() {
          const second = yield* journal.openStage(stageOf("f"))
          yield* journal.linkStage({ run: runId, position: 1, stage: second, label: "second", reused: false })
          yield* journal.failStage(second, "no")
          yield* journal.closeRun(runId, "failed", "second: no")
        }))
      yield* from.transfer.give({ run: runId }, run, between)
      const experiment = { name: "e", question: "?", file: "s.ts", variants: [{ name: "v", cell: {}, role: "variant" }], table: { metrics: [], published: {} } } as const
      yield* to.journal("e", (journal) =>
        Effect.gen(function*() {
          yield* journal.openExperiment(experiment, environment)
          yield* journal.openRun({ experiment: "e", variant: "v", seed: 0, fingerprint: "e", params: [] }, environment)
        }))
      for (const completed of [1, 0]) assert.strictEqual((yield* to.transfer.take(run, between))?.runs.completed, completed)
      const found = yield* reading(files.to.file, (handle) =>
        Effect.map(Store.sql(handle, "SELECT r.status, r.error, rs.label, s.status, s.output FROM run r JOIN run_stage rs ON rs.run = r.id JOIN stage s ON s.id = rs.stage"), ({ rows }) => rows))
      assert.deepStrictEqual(found, [["failed", "second: no", "loop", "running", null], ["failed", "second: no", "second", "failed", null]])
      assert.isUndefined(yield* to.journal("e", (journal) => journal.findStage("e")), "what it left comes by itself")
    })))

  it.live("leave alone what another process has in hand", () =>
    Effect.scoped(Effect.gen(function*() {
      const { between, files, from, stage, to } = yield* two
      const stageId = yield* from.journal("f".repeat(64), (journal) => Effect.flatMap(beginRun(journal, "f".repeat(64)), (id) => finishRun(journal, id, "f".repeat(64))))
      yield* from.transfer.give({ stage: stageId }, stage, between)
      const third = yield* Layer.build(Store.workingLayer(files.to))
      yield* Effect.provideContext(
        Effect.gen(function*() {
          const claims = yield* Claims
          yield* claims.claim("f".repeat(64), Effect.gen(function*() {
            yield* Effect.flatMap(opened, (journal) => journal.openStage(stageOf("f".repeat(64))))
            assert.strictEqual((yield* to.transfer.take(stage, between))?.executions.added, 0)
          }))
        }),
        third
      )
      assert.strictEqual((yield* to.transfer.take(stage, between))?.executions.added, 1, "it is free now")
    })))

  it.live("are refused where the file is none of ours, cut off, or newer, in words", () =>
    Effect.scoped(Effect.gen(function*() {
      const { at, between, from, run, stage, to } = yield* two
      assert.isUndefined(yield* to.transfer.take(stage, between), "nothing is there")
      const refused = (content: Uint8Array) => {
        fs.writeFileSync(at(stage), content)
        return Effect.map(Effect.flip(to.transfer.take(stage, between)), ({ message }) => message)
      }
      const [runId] = yield* from.journal("e", wholeRun)
      yield* from.transfer.give({ run: runId }, run, between)
      fs.mkdirSync(at("stages"))
      const whole = fs.readFileSync(at(run))
      assert.include(yield* refused(Buffer.from("no pack\n")), "is no pack that assay wrote, or damaged")
      assert.include(yield* refused(whole.subarray(0, whole.length >> 1)), "is no pack that assay wrote, or damaged")
      assert.include(yield* refused(gzipSync("no pack\n")), "stages/e is no pack")
      const newer = gunzipSync(whole)
      newer.writeInt32BE(9999, 60) // where SQLite has the version
      assert.include(yield* refused(gzipSync(newer)), "stages/e was made by a newer version of assay (schema 9999")
      assert.isUndefined(yield* to.journal("e", (journal) => journal.findStage("e")))
    })))
})

/** Steps from `from` to `to`, each with a training state, committed to a stage that is opened and not ended; the last state. */
const trained = (from: number, to: number) => (journal: Effect.Success<typeof opened>) =>
  Effect.gen(function*() {
    yield* beginRun(journal, "e")
    const id = yield* journal.openStage(stageOf("e"))
    for (let step = from; step <= to; step++) {
      const checkpoint = yield* put(journal, `state ${step}`.repeat(20_000))
      yield* journal.commitStep(id, { ...stepOf(step, [["loss", 1 / (1 + step)]], samples), checkpoint })
    }
    return id
  })

const last = (journal: Effect.Success<typeof opened>) =>
  Effect.gen(function*() {
    const id = yield* journal.openStage(stageOf("e"))
    const found = yield* journal.lastCheckpoint(id)
    return found === undefined ? undefined : { step: found.step, text: yield* journal.text(found.artifact) }
  })

const stateOf = (step: number) => ({ step, text: `state ${step}`.repeat(20_000) })

describe("a stage that is unfinished, given and taken", () => {
  it.live("goes on from its newest training state, with all that it recorded until then", () =>
    Effect.scoped(Effect.gen(function*() {
      const { at, between, files, from, to } = yield* two
      yield* from.transfer.giveUnfinished(yield* from.journal("e", trained(0, 1)), "unfinished/e", between)
      const earlier = fs.statSync(at("unfinished/e")).size
      yield* from.transfer.giveUnfinished(yield* from.journal("e", trained(2, 2)), "unfinished/e", between)
      assert.isBelow(fs.statSync(at("unfinished/e")).size, earlier * 1.5, "the earlier state is no longer in it")
      assert.isTrue(yield* to.transfer.takeUnfinished("unfinished/e", between))
      assert.deepStrictEqual(yield* to.journal("e", last), stateOf(2))
      const ofStage = (file: string) => rows(file, "SELECT step, value FROM metric UNION ALL SELECT step, ordinal FROM completion ORDER BY 1, 2")
      assert.deepStrictEqual(yield* ofStage(files.to.file), yield* ofStage(files.from.file))
      assert.isFalse(yield* to.transfer.takeUnfinished("unfinished/f", between))
    })))

  it.live("replaces what came less far, and neither what came as far or further nor what is finished", () =>
    Effect.scoped(Effect.gen(function*() {
      const { between, files, from, to } = yield* two
      const take = to.transfer.takeUnfinished("unfinished/e", between)
      yield* from.transfer.giveUnfinished(yield* from.journal("e", trained(0, 3)), "unfinished/e", between)
      yield* to.journal("e", trained(0, 1))
      yield* take
      assert.deepStrictEqual(yield* to.journal("e", last), stateOf(3))
      yield* to.journal("e", trained(4, 5))
      yield* take
      assert.deepStrictEqual(yield* to.journal("e", last), stateOf(5))
      yield* to.journal("e", (journal) =>
        Effect.gen(function*() {
          const id = yield* journal.openStage(stageOf("e"))
          yield* journal.closeStage(id, { output: yield* put(journal, "null"), records: stepOf(6, [["loss", 0]]) })
        }))
      const before = yield* contents(files.to)
      yield* take
      assert.deepStrictEqual(yield* contents(files.to), before)
    })))

  it.live("brings nothing where a file in it is damaged, and says so", () =>
    Effect.scoped(Effect.gen(function*() {
      const { at, between, files, from, to } = yield* two
      yield* from.transfer.giveUnfinished(yield* from.journal("e", trained(0, 0)), "unfinished/e", between)
      const pack = new Sqlite(at("unfinished/e"))
      pack.exec("UPDATE packed SET content = zeroblob(length(content))")
      pack.close()
      const { message } = yield* Effect.flip(to.transfer.takeUnfinished("unfinished/e", between))
      assert.include(message, "is damaged: a file in it is not")
      fs.writeFileSync(at("unfinished/e"), "no pack")
      assert.include((yield* Effect.flip(to.transfer.takeUnfinished("unfinished/e", between))).message, "is no pack")
      assert.deepStrictEqual(yield* rows(files.to.file, "SELECT 1 FROM stage"), [])
    })))
})
