// @module-tag long
import Sqlite from "better-sqlite3"
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { assay, putFinished, start, study, temporary, until } from "./support.ts"

const { folder, remove } = temporary()
afterAll(remove)

/** A machine of its own. */
const machine = (name: string) => {
  const place = join(folder, name)
  mkdirSync(place)
  const run = async (...args: ReadonlyArray<string>) => {
    const ended = await assay(place, ...args)
    assert.strictEqual(ended.code, 0, ended.err)
    return ended
  }
  const ask = (sql: string): ReadonlyArray<unknown> => {
    const db = new Sqlite(join(place, "runs.db"), { readonly: true })
    try {
      return db.prepare(sql).raw().all()
    } finally {
      db.close()
    }
  }
  return { place, run, ask, at: (file: string) => join(place, file) }
}

type Machine = ReturnType<typeof machine>

/** All that users ask, free of numbers of rows and of times. */
const answers = ({ ask }: Machine): ReadonlyArray<unknown> => [
  "SELECT experiment, variant, seed, metric, value FROM final_metric ORDER BY 1, 2, 3, 4",
  "SELECT experiment, variant, metric, n, mean, ci95 FROM ablation ORDER BY 1, 2, 3",
  "SELECT experiment, variant, metric, n, delta, wins FROM paired ORDER BY 1, 2, 3",
  "SELECT experiment, variant, seed, stage, metric, step, value FROM learning_curve ORDER BY 1, 2, 3, 4, 5, 6",
  "SELECT experiment, variant, seed, stage, step, part, n, mean, errors FROM reward_part ORDER BY 1, 2, 3, 4, 5, 6",
  "SELECT experiment, variant, seed, stage, n, mean FROM token_statistics ORDER BY 1, 2, 3, 4",
  `SELECT fingerprint, sample.scope, sample.step, sample.ordinal, example, prompt, completion, solution, sample.details, part, sample_reward.value, sample_reward.error, label, x1
    FROM sample JOIN stage ON stage.id = sample.stage JOIN sample_reward ON sample_reward.sample = sample.id JOIN box ON box.sample = sample.id
    ORDER BY 1, 2, 3, 4, part, box.ordinal`,
  "SELECT variant, seed, path, value FROM param JOIN run ON run.id = param.run ORDER BY 1, 2, 3",
  "SELECT variant, seed, fingerprint, status, current FROM run ORDER BY 1, 2, 3",
  "SELECT fingerprint, status, output, subject FROM stage ORDER BY 1",
  "SELECT hash, bytes, content FROM artifact ORDER BY 1",
  "SELECT hash FROM code ORDER BY 1",
  "SELECT fingerprint FROM policy ORDER BY 1"
].map(ask)

/** Every row of every table. */
const everything = ({ ask }: Machine): ReadonlyArray<unknown> =>
  ask("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map((row) => ask(`SELECT * FROM "${String((row as Array<unknown>)[0])}" ORDER BY 1, 2`))

describe("assay pack and unpack", () => {
  const [one, first, second, all] = [machine("one"), machine("first"), machine("second"), machine("all")]
  beforeAll(async () => {
    await putFinished(one.place)
    await first.run("run", study, "--seeds", "0..0")
    await second.run("run", study, "--seeds", "1..1")
    await first.run("pack", "tastes", "first.pack")
    await second.run("pack", "tastes", "second.pack")
  })

  it("make of several machines' runs what one machine would have", async () => {
    const said = await all.run("unpack", first.at("first.pack"))
    assert.match(said.out, /^runs\.db: 3 runs added, 0 completed, 0 here already; 8 executions, \d files and 1 picture came along\.\n$/)
    const again = await all.run("unpack", second.at("second.pack"))
    assert.match(again.out, /3 runs added, 0 completed, 0 here already; 4 executions, \d files? and 0 pictures/)
    const [mine, theirs] = [answers(all), answers(one)]
    for (const [i, answer] of theirs.entries()) {
      assert.isAbove((answer as Array<unknown>).length, 0, `question ${i} is of nothing`)
      assert.deepStrictEqual(mine[i], answer, `question ${i}`)
    }
    assert.deepStrictEqual(all.ask("PRAGMA foreign_key_check"), [])
    assert.deepStrictEqual(all.ask("PRAGMA integrity_check"), [["ok"]])
  })

  it("change nothing the second time", async () => {
    const before = everything(all)
    const { out } = await all.run("unpack", first.at("first.pack"))
    assert.match(out, /0 runs added, 0 completed, 3 here already; 0 executions, 0 files and 0 pictures/)
    assert.notInclude(out, "other numbers")
    assert.deepStrictEqual(everything(all), before)
  })

  it("take files along, so that nothing runs again, and pictures", async () => {
    assert.include((await all.run("run", study)).err, "all 6 runs are finished already")
    assert.isTrue(existsSync(all.at(".assay/workspace/grey.png")))
    const shown = await all.run("samples", "1", "--out", "pictures")
    assert.include(shown.out, "example-0")
    assert.isAbove(readdirSync(all.at("pictures")).length, 0)
    assert.include((await all.run("logs", "1")).out, "done after")
  })

  it("take along what a stopped run goes on from", async () => {
    const [there, here] = [machine("stopped"), machine("goes-on")]
    const words = ["run", study, "--only", "taste=high", "--seeds", "1"]
    const stopped = start(there.place, [...words, "--set", "answer.pause=60000"])
    await until(() => stopped.said().includes("loop finished"))
    await until(() => there.ask("SELECT 1 FROM stage WHERE name = 'answer'").length > 0)
    stopped.process.kill("SIGKILL")
    await stopped.ended
    await there.run("pack", "tastes answer.pause=60000", "half.pack")
    await here.run("unpack", there.at("half.pack"))
    assert.deepStrictEqual(here.ask("SELECT status FROM run"), [["interrupted"]])
    const { out } = await here.run("plan", ...words.slice(1), "--set", "answer.pause=60000")
    assert.match(out, /5 stages: 1 run, 0 resume, 0 share, 4 reuse/)
    assert.match(out, /^run +answer .*stopped before its first checkpoint$/m)
  })

  it("complete what is here and not done, and keep what is done, whatever else came out there", async () => {
    const [here, other] = [machine("failed"), machine("other")]
    const killed = start(here.place, ["run", study, "--seeds", "0..0", "--set", "answer.pause=700"])
    await until(() => killed.said().includes("loop finished"))
    killed.process.kill("SIGKILL")
    await killed.ended
    await other.run("run", study, "--seeds", "0..0", "--set", "answer.pause=700")
    await other.run("pack", "tastes answer.pause=700", "done.pack")
    assert.match((await here.run("unpack", other.at("done.pack"))).out, /[1-3] completed/)
    assert.deepStrictEqual(here.ask("SELECT status, count(*) FROM run GROUP BY 1"), [["done", 3]])
    const pack = new Sqlite(other.at("done.pack"))
    pack.exec("UPDATE last_value SET value = value + 1")
    pack.close()
    const before = answers(here)
    assert.match((await here.run("unpack", other.at("done.pack"))).out, /\d executions that were here already came to other numbers there; those here stay\./)
    assert.deepStrictEqual(answers(here), before)
  })

  it("refuse what is damaged, what is no pack, and what would write elsewhere", async () => {
    const here = machine("careful")
    const damaged = here.at("damaged.pack")
    copyFileSync(first.at("first.pack"), damaged)
    const pack = new Sqlite(damaged)
    const evil = pack.prepare("INSERT INTO packed (kind, name, part, content) VALUES ('picture', ?, 0, x'00')")
    const outside = join(folder, "absolute.png")
    for (const name of ["../evil.png", ".assay/workspace/../../evil.png", outside, ".assay/objects/evil"]) evil.run(name)
    await here.run("unpack", damaged)
    assert.deepStrictEqual(readdirSync(here.at(".assay/workspace")), ["grey.png"])
    assert.isFalse(existsSync(here.at("evil.png")) || existsSync(join(folder, "evil.png")) || existsSync(outside) || existsSync(here.at(".assay/objects/evil")))
    pack.exec("UPDATE packed SET content = x'00' WHERE kind = 'object'")
    pack.close()
    const elsewhere = machine("elsewhere")
    const ended = await assay(elsewhere.place, "unpack", damaged)
    assert.strictEqual(ended.code, 3)
    assert.match(ended.err, /damaged\.pack is damaged: a file in it is not [0-9a-f]{12}, as it says\. Pack it again\./)
    assert.include((await assay(elsewhere.place, "unpack", "..")).err, ".. is a folder.")
    assert.include((await assay(elsewhere.place, "unpack", "nowhere.pack")).err, "There is no file nowhere.pack.")
    assert.deepStrictEqual(readdirSync(elsewhere.place), [], "no database is left behind")
    writeFileSync(here.at("notes.txt"), "mine")
    assert.include((await assay(here.place, "unpack", "notes.txt")).err, "notes.txt is no pack")
    assert.include((await assay(here.place, "unpack", "nowhere.pack")).err, "There is no file nowhere.pack.")
    assert.include((await assay(here.place, "pack", "tastes", "notes.txt")).err, "notes.txt is there already and is no pack")
    assert.include((await assay(first.place, "pack", "tastes", ".")).err, ". is a folder. Name a file.")
    await first.run("pack", "tastes", "new/folder/x.pack")
    assert.isTrue(existsSync(first.at("new/folder/x.pack")))
    assert.include((await assay(here.place, "pack", "taste", "x.pack")).err, "Did you mean \"tastes\"?")
    assert.deepStrictEqual(readdirSync(here.place).filter((name) => name.endsWith(".part")), [])
  })
})
