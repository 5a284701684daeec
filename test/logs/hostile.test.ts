/** No log, however malformed, crashes or hangs a reader: it is read, or refused with the name of its file. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { named } from "../../src/logs/named.ts"
import { parsePython } from "../../src/logs/pythonJson.ts"
import { readLog } from "../../src/logs/readLog.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { DataError } from "../../src/task/dataError.ts"
import { fixture, folderOf, stepsOf } from "./support.ts"

/** Reads what is there as every layout would, and sees that all that comes is in order. */
const survives = async (folder: string): Promise<void> => {
  try {
    const steps = await stepsOf(await readLog([folder]))
    steps.forEach(({ metrics, samples, step }, i) => {
      assert.isTrue(Number.isSafeInteger(step) && step > (steps[i - 1]?.step ?? -1))
      for (const value of Object.values(metrics)) assert.isNumber(value)
      for (const sample of samples) {
        assert.isString(sample.prompt)
        assert.isString(sample.completion)
        for (const value of Object.values(sample.rewards)) assert.isFalse(Number.isNaN(value))
      }
    })
  } catch (cause) {
    assert.instanceOf(cause, DataError)
    assert.include(cause.message, folder)
  }
}

const names = ["completions.jsonl", "logging.jsonl", "1.jsonl", "trainer_state.json", "log_history.jsonl", "completions/completions_00001.parquet"]

const columns = ["step", "gen_step", "prompt", "completion", "input", "output", "gts", "score", "reward", "advantages", "data", "log_history",
  "global_step/max_steps", "__proto__", "constructor"]

const Row = Schema.Record(Schema.Literals(columns), Schema.Json)

describe("a reader of logs", () => {
  for (const name of names) {
    it.prop(`survives bytes in ${name}`, [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))], async ([bytes]) => {
      await survives(folderOf({ [name]: Uint8Array.from(bytes) }))
    }, { arbitrary: { runs: 30 } })
  }

  for (const name of names.filter((one) => one.endsWith(".jsonl"))) {
    it.prop(`survives rows in ${name}`, [Schema.Array(Row)], async ([rows]) => {
      await survives(folderOf({ [name]: rows.map((row) => `${JSON.stringify(row)}\n`).join("") }))
    }, { arbitrary: { runs: 60 } })
  }

  it("survives a table of TRL with bytes overwritten, cut and doubled", { tags: ["long"] }, async () => {
    const whole = readFileSync(join(fixture("trl"), "completions", "completions_00001.parquet"))
    const folder = folderOf({ "completions/completions_00001.parquet": whole })
    // 60 rounds break it in 12 ways, by what the reader says, and 30 more in another two
    for (let round = 0; round < 60; round++) {
      const next = Random.stream(Random.fold(Random.key(7), round))
      const below = (limit: number) => Math.floor(next() * limit)
      const bytes = Buffer.from(whole)
      for (let i = below(8); i >= 0; i--) bytes[below(bytes.length)] = below(256)
      const cut = round % 3 === 0 ? bytes.subarray(0, below(bytes.length)) : bytes
      writeFileSync(join(folder, "completions", "completions_00001.parquet"), cut)
      await survives(folder)
    }
  })

  it("survives rows that nest deeply", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
    for (const name of ["1.jsonl", "completions.jsonl"]) {
      const row = `{"step": 1, "input": "q", "output": "a", "prompt": "q", "completion": "a", "gts": ${deep}, "solution": ${deep}}\n`
      await survives(folderOf({ [name]: row + row }))
    }
  })
})

describe("JSON as Python writes it", () => {
  it.prop("is JSON where it is JSON", [Schema.Json], ([value]) => {
    assert.deepStrictEqual(parsePython(JSON.stringify(value)), JSON.parse(JSON.stringify(value)))
  })

  it.prop("has NaN and infinities beside any text", [Schema.String], ([text]) => {
    const json = `{${JSON.stringify(text)}: [NaN, Infinity, -Infinity, ${JSON.stringify(`${text}NaN`)}]}`
    assert.deepStrictEqual(parsePython(json), Object.fromEntries([[text, [null, Infinity, -Infinity, `${text}NaN`]]]))
  })

  it("is refused where it is neither", () => {
    for (const text of ["NaNa", "{\"a\": nan}", "Infinity Infinity", ""]) assert.throws(() => parsePython(text), SyntaxError)
  })
})

describe("names of metrics", () => {
  it.prop("are found for any", [Schema.String], ([text]) => {
    assert.isString(named(text).name)
  })
})
