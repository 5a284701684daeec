/** Logs of other trainers in runs.db: views, repetition, replacement, kills, and names that are taken. */
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { assert, describe, it } from "vitest"
import { compareTable } from "../../src/report/table/recompute.ts"
import * as Workspace from "../../src/workspace/index.ts"
import { copyOf, fixture, folderOf, jsonLines } from "../logs/support.ts"

type Given = Partial<Workspace.ImportOptions>

const optionsOf = (given: Given): Workspace.ImportOptions => ({ paths: [fixture("trl")], experiment: "trainers", variant: "TRL", seed: 0, ...given })

/** A database in a folder of its own, into which logs are imported. */
const database = () => {
  const workspace = Workspace.at(join(folderOf(), "runs.db"))
  return {
    workspace,
    add: (given: Given = {}, listen?: Workspace.ImportProgress) => Effect.runPromise(Workspace.importLogs(workspace, optionsOf(given), listen)),
    failureOf: (given: Given) => Effect.runPromise(Effect.flip(Workspace.importLogs(workspace, optionsOf(given)))),
    ask: (sql: string): ReadonlyArray<unknown> => {
      const db = new Sqlite(workspace.db, { readonly: true })
      try {
        return db.prepare(sql).raw(true).all()
      } finally {
        db.close()
      }
    }
  }
}

/** The fixture with another reward, as of another seed. */
const otherSeed = (by: number): string =>
  copyOf("trl", (state) => state.replaceAll(/"reward": ([\d.]+)/g, (_, value: string) => `"reward": ${Number(value) + by}`))

/** A log of verl without numbers, of steps from 1. */
const rollouts = (steps: number): string =>
  folderOf(Object.fromEntries(Array.from({ length: steps }, (_, i) => [
    `${i + 1}.jsonl`,
    jsonLines([0, 1].map((k) => ({ input: "q", output: `a${k}`, gts: "cat", score: i + k, step: i + 1, format: k })))
  ])))

describe("an imported training", () => {
  it("stands in the views, its metrics by our names with their units", async () => {
    const { add, ask } = database()
    const { already, completions, run, steps } = await add()
    assert.deepStrictEqual([run, already, steps, completions], [1, false, 3, 12])
    const curve = ask("SELECT step, round(value, 4), unit, better FROM learning_curve WHERE experiment = 'trainers' AND metric = 'imported/kl' ORDER BY step")
    assert.deepStrictEqual(curve, [[1, 0, "nats", "neither"], [2, 0.0569, "nats", "neither"], [3, 0.107, "nats", "neither"]])
    const part = ask("SELECT step, n, round(mean, 4), errors FROM reward_part WHERE variant = 'TRL' AND part = 'brevity' ORDER BY step")
    assert.deepStrictEqual(part, [[1, 3, 0.7092, 0], [2, 3, 0.6108, 0], [3, 3, 0.7908, 0]])
    const final = ask("SELECT metric, round(value, 4) FROM final_metric WHERE metric IN ('imported/reward', 'imported/completionLength') ORDER BY metric")
    assert.deepStrictEqual(final, [["imported/completionLength", 21.75], ["imported/reward", 1.5931]])
    assert.deepStrictEqual(ask("SELECT name FROM metric_key WHERE name = 'rewards/brevity/std'"), [["rewards/brevity/std"]], "others keep their names")
  })

  it("has its completions with what the trainer says of them, and says where it comes from", async () => {
    const { add, workspace } = database()
    const { run } = await add()
    const [sample] = await Effect.runPromise(Workspace.samples(workspace, run, 1))
    assert.strictEqual(sample!.step, 3)
    assert.strictEqual(sample!.solution, "[{\"bbox_2d\": [1, 2, 30, 40], \"label\": \"red square\"}]")
    assert.deepStrictEqual(sample!.rewards.map(({ part }) => part), ["has_think", "brevity"])
    assert.hasAllKeys(JSON.parse(sample!.details), ["advantage", "columns"])
    const { facts, stages } = await Effect.runPromise(Workspace.runById(workspace, run))
    assert.strictEqual(facts["imported.layout"], "trl")
    assert.match(String(facts["imported.at"]), /^20.*Z$/)
    const { files } = JSON.parse(stages[0]!.config) as { readonly files: ReadonlyArray<{ readonly path: string; readonly sha256: string }> }
    assert.lengthOf(files, 5)
    for (const { path, sha256 } of files) assert.isTrue(existsSync(path) && /^[0-9a-f]{64}$/.test(sha256))
  })

  it("has lengths where a tokenizer counts them, and none where nobody does", async () => {
    const { add, ask } = database()
    await add()
    assert.deepStrictEqual(ask("SELECT * FROM token_statistics"), [])
    await add({ variant: "counted", tokenizer: "assay:tiny-vl" })
    const [[n, mean]] = ask("SELECT n, mean FROM token_statistics WHERE variant = 'counted'") as [[number, number]]
    // the trainer's own lengths count the token that ends a completion
    const [[theirs]] = ask("SELECT avg(value) FROM learning_curve WHERE variant = 'TRL' AND name = 'completionLength'") as [[number]]
    assert.strictEqual(n, 12)
    assert.closeTo(mean + 1, theirs, 1)
  })

  it("has the means of what the trainer did not log from its completions", async () => {
    const { add, ask } = database()
    await add({ paths: [rollouts(2)], variant: "verl" })
    const curve = ask("SELECT name, step, value FROM learning_curve ORDER BY name, step")
    assert.deepStrictEqual(curve, [
      ["reward", 1, 0.5], ["reward", 2, 1.5], ["reward/format", 1, 0.5], ["reward/format", 2, 0.5], ["reward/score", 1, 0.5], ["reward/score", 2, 1.5]
    ])
  })

  it("makes a table with others: seeds as n with an interval, the first variant as the baseline", { tags: ["long"] }, async () => {
    const { add, workspace } = database()
    await add()
    await add({ seed: 1, paths: [otherSeed(0.5)] })
    await add({ variant: "verl", paths: [rollouts(2)] })
    const source = await Effect.runPromise(Workspace.tableSource(workspace, "trainers"))
    assert.deepStrictEqual(source.variants.map(({ name, role }) => [name, role]), [["TRL", "baseline"], ["verl", "variant"]])
    const reward = source.ablation.find(({ name, variant }) => name === "reward" && variant === "TRL")!
    assert.strictEqual(reward.n, 2)
    assert.closeTo(reward.mean!, 1.8431, 1e-4)
    assert.isAbove(reward.ci95!, 1)
    const titles = (source.table as { readonly metrics: ReadonlyArray<{ readonly title: string }> }).metrics.map(({ title }) => title)
    assert.deepStrictEqual(titles, ["reward", "reward/brevity", "reward/has_think", "completionLength", "kl", "reward/score", "reward/format"])
  })
})

describe("imported again", () => {
  it("the same content is the same run, wherever it lies; under two seeds it was measured once", async () => {
    const { add, ask } = database()
    await add()
    const again = await add({ paths: [copyOf("trl")] })
    assert.deepStrictEqual([again.run, again.already], [1, true])
    await add({ seed: 1 })
    assert.deepStrictEqual(ask("SELECT n FROM ablation WHERE name = 'reward'"), [[1]])
    assert.deepStrictEqual(ask("SELECT count(*) FROM completion"), [[12]])
  })

  it("a log that has grown takes the place of what it was", { tags: ["long"] }, async () => {
    const { add, ask } = database()
    const folder = copyOf("trl")
    rmSync(join(folder, "completions", "completions_00003.parquet"))
    rmSync(join(folder, "checkpoint-3"), { recursive: true })
    assert.strictEqual((await add({ paths: [folder] })).steps, 2)
    const grown = copyOf("trl")
    rmSync(folder, { recursive: true })
    cpSync(grown, folder, { recursive: true })
    const second = await add({ paths: [folder] })
    assert.deepStrictEqual([second.steps, second.replaced], [3, 1])
    assert.deepStrictEqual(ask("SELECT max(step) FROM learning_curve"), [[3]])
  })

  it("another log does not take a run's place unless it is told to", { tags: ["long"] }, async () => {
    const { add, ask, failureOf } = database()
    await add()
    const paths = [otherSeed(1)]
    const refused = await failureOf({ paths })
    assert.include(refused.message, "trainers has TRL with seed 0 already, run 1, imported from")
    assert.include(refused.message, "--replace")
    assert.strictEqual((await add({ paths, replace: true })).replaced, 1)
    assert.deepStrictEqual(ask("SELECT count(*) FROM run WHERE current = 1"), [[1]])
  })

  it("one that was interrupted is done anew, to the same end", async () => {
    const { add, ask, workspace } = database()
    const paths = [rollouts(40)]
    const whole = database()
    await whole.add({ paths })
    const fiber = Effect.runFork(Workspace.importLogs(workspace, optionsOf({ paths }), (doing, step) => {
      if (doing === "writes" && step === 7) queueMicrotask(() => Effect.runFork(Fiber.interrupt(fiber)))
    }))
    await Effect.runPromise(Fiber.await(fiber))
    const [[status, steps]] = ask("SELECT r.status, (SELECT count(DISTINCT step) FROM completion) FROM run r") as [[string, number]]
    assert.strictEqual(status, "interrupted")
    assert.isTrue(steps >= 7 && steps < 40)
    await add({ paths })
    const views = ["SELECT * FROM learning_curve", "SELECT * FROM reward_part", "SELECT completion, step, ordinal FROM completion ORDER BY step, ordinal"]
    for (const view of views) assert.deepStrictEqual(ask(view), whole.ask(view))
  })
})

describe("a mean that is derived", () => {
  it("leaves out rewards that are no finite numbers, as the views do", async () => {
    const { add, ask, workspace } = database()
    const rows = "{\"input\": \"q\", \"output\": \"a\", \"score\": -Infinity, \"step\": 1}\n{\"input\": \"q\", \"output\": \"b\", \"score\": 1, \"step\": 1}\n"
    await add({ paths: [folderOf({ "1.jsonl": rows })] })
    assert.deepStrictEqual(ask("SELECT value FROM learning_curve WHERE name = 'reward'"), [[1]])
    const tally = Workspace.tally()
    await Effect.runPromise(Workspace.verify(workspace, "trainers", tally))
    assert.strictEqual(tally.result().differing, 0)
  })
})

describe("nothing is written", () => {
  it("of a log with a row that cannot be read", async () => {
    const { failureOf, workspace } = database()
    const folder = folderOf({ "1.jsonl": jsonLines([{ input: "q", output: "a", step: 1 }]), "2.jsonl": jsonLines([{ input: "q", step: 2 }]) })
    const { message } = await failureOf({ paths: [folder] })
    assert.include(message, `${join(folder, "2.jsonl")}: answer 0 of the step that begins in line 1 has no text`)
    assert.isFalse(existsSync(workspace.db))
  })

  it("of a log without steps, or by a layout that is none", async () => {
    const { failureOf } = database()
    assert.include((await failureOf({ paths: [folderOf({ "logging.jsonl": "{\"loss\": 1}\n" })] })).message, "has no step that could be read")
    assert.include((await failureOf({ layout: "tlr" })).message, "There is no layout of logs \"tlr\". Known: \"msSwift\", \"trl\", \"verl\".")
  })

  it("to an end, where a file is written to meanwhile", async () => {
    const { ask, workspace } = database()
    const folder = rollouts(3)
    const failed = await Effect.runPromise(Effect.flip(Workspace.importLogs(workspace, optionsOf({ paths: [folder] }), (doing, step) => {
      if (doing === "writes" && step === 2) writeFileSync(join(folder, "1.jsonl"), "")
    })))
    assert.include(failed.message, "1.jsonl was written to while it was imported. Repeat the command")
    assert.deepStrictEqual(ask("SELECT status FROM run"), [["failed"]])
  })
})

describe("verify", () => {
  const verified = async (workspace: Workspace.Workspace) => {
    const tally = Workspace.tally()
    const source = await Effect.runPromise(Workspace.tableSource(workspace, "trainers"))
    const { completions, finals, steps } = await Effect.runPromise(Workspace.verify(workspace, "trainers", tally))
    compareTable(source, finals, tally)
    return { completions, steps, ...tally.result() }
  }

  it("adds up again what follows from the completions, and says what another program alone can tell", async () => {
    const { add, workspace } = database()
    await add({ paths: [rollouts(3)] })
    const result = await verified(workspace)
    assert.deepStrictEqual([result.completions, result.steps, result.differing], [6, 3, 0])
    assert.deepInclude(result.left, { what: "rewards of imported", numbers: 12, why: "another program made it, by code that is not here" })
    assert.isFalse(result.left.some(({ what }) => what.startsWith("imported/reward")), "the means are recomputed")
  })

  it("finds a number that was altered", async () => {
    const { add, workspace } = database()
    await add({ paths: [rollouts(3)] })
    const db = new Sqlite(workspace.db)
    db.exec("UPDATE metric SET value = 9 WHERE step = 2 AND key = (SELECT id FROM metric_key WHERE name = 'reward')")
    db.close()
    const { mismatches } = await verified(workspace)
    assert.deepStrictEqual(mismatches.map(({ again, stored }) => [stored, again]), [[9, 1.5]])
  })
})
