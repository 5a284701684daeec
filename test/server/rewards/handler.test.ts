/** The shapes of trainers, and what their rewards come to. */
import { assert, describe, it } from "@effect/vitest"
import { Reward } from "assay"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { rewardNamed, scoreRow } from "../../../src/reward/scoreRows.ts"
import { ScoreResponse } from "../../../src/protocol/rewards.ts"
import { answerIn } from "../../../src/server/rewards/answerIn.ts"
import { rewardHandler } from "../../../src/server/rewards/handler.ts"
import { offer } from "../../../src/server/rewards/offer.ts"
import { serve } from "../../../src/server/http/serve.ts"

const words = Reward.define({ name: "words", module: import.meta.url, config: Schema.Struct({}), score: (_, { completion }) => completion.split(" ").length })
const hue = Reward.define({ name: "hue", module: import.meta.url, config: Schema.Struct({}), score: (_, { columns }) => columns?.["hue"] as number })
const bright = Reward.define({ name: "bright", module: import.meta.url, config: Schema.Struct({}), looksUp: Reward.pixels, score: (_, { found }) => found.width })
const own = new Map([["words", words()], ["hue", hue()], ["bright", bright()], ["half", Reward.weight(0.5, words())]])

/** A server of all shipped rewards and a few of one's own, and its answers. */
const asking = Effect.gen(function*() {
  const handler = yield* rewardHandler(offer(own, ["weightedSum"]))
  const { url } = yield* serve({ handler })
  return (path: string, body: unknown) =>
    Effect.promise(async () => {
      const response = await fetch(`${url}${path}`, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) })
      const answer = await response.json() as ScoreResponse & { readonly error?: { readonly message: string; readonly code: string } }
      return { status: response.status, answer, message: answer.error?.message ?? "" }
    })
})

const box = (x: number) => `[{"bbox_2d": [${x}, 0, ${x + 10}, 10], "label": "a"}]`
const says = (json: string): string => `<think>a</think><answer>\`\`\`json\n${json}\n\`\`\`</answer>`
const right = { completion: says(box(0)), solution: says(box(0)) }
const wrong = { completion: says(box(90)), solution: says(box(0)) }
const unjudged = { completion: says(box(0)), solution: "the dog" }

const lists = (rows: ReadonlyArray<{ readonly completion: string; readonly solution: string }>) => ({
  completions: rows.map(({ completion }) => completion),
  solutions: rows.map(({ solution }) => solution)
})

describe("POST /score", () => {
  it.live("gives what `assay score` gives, on every golden row and in both variants", () =>
    Effect.gen(function*() {
      const ask = yield* asking
      const rows = JSON.parse(readFileSync("test/golden/rewards.json", "utf8")) as Array<{ completion: string; solution: string }>
      const names = ["weightedSum", "ap", "odLength", "repetition", "format"]
      for (const variant of ["fixed", "faithful"] as const) {
        const { answer } = yield* ask(`/score?rewards=${names}&variant=${variant}`, lists(rows))
        for (const [i, { completion, solution }] of rows.entries()) {
          const expected = scoreRow(JSON.stringify({ completion, solution }), 1, names.map((name) => rewardNamed(name, variant)))
          if (!("scores" in expected)) throw new Error(expected.error)
          for (const name of names) {
            assert.strictEqual(answer.parts[name]![i], expected.errors?.[name] === undefined ? expected.scores[name] : null, `${variant} ${i} ${name}`)
          }
        }
        assert.deepStrictEqual(yield* Schema.decodeEffect(ScoreResponse)(answer), answer)
      }
    }).pipe(Effect.scoped))

  it.live("adds up several rewards, the usual ones where none is named, one's own, weighted ones", () =>
    Effect.gen(function*() {
      const ask = yield* asking
      const batch = lists([right, wrong])
      const judged = { parts: { weightedSum: [1, 0], format: [1, 1] }, totals: [2, 1], errors: [] }
      assert.deepStrictEqual((yield* ask("/score?rewards=weightedSum,format", batch)).answer, judged)
      assert.deepStrictEqual((yield* ask("/score", batch)).answer, { parts: { weightedSum: [1, 0] }, totals: [1, 0], errors: [] })
      assert.deepStrictEqual((yield* ask("/score?rewards=half,format", batch)).answer.totals, [right, wrong].map(({ completion }) => 0.5 * completion.split(" ").length + 1))
      assert.deepStrictEqual((yield* ask("/score?rewards=hue", { ...batch, columns: { hue: [7, 8] } })).answer.totals, [7, 8])
      assert.deepStrictEqual((yield* ask("/score?rewards=cosine", { ...lists([right]), tokens: [1024] })).answer.errors, [])
    }).pipe(Effect.scoped))

  it.live("has null and a message for what cannot be judged, and marks for the rest", () =>
    Effect.gen(function*() {
      const ask = yield* asking
      const { answer } = yield* ask("/score?rewards=weightedSum,format", lists([right, unjudged, wrong]))
      assert.deepStrictEqual(answer.totals, [2, null, 1])
      assert.deepStrictEqual(answer.parts, { weightedSum: [1, null, 0], format: [1, 1, 1] })
      assert.deepStrictEqual(answer.errors.map(({ part, row }) => [row, part]), [[1, "weightedSum"]])
      assert.include(answer.errors[0]!.message, "no boxes can be read from the solution")
      assert.include((yield* ask("/score?rewards=cosine", lists([right]))).answer.errors[0]!.message, "needs the completion's length")
    }).pipe(Effect.scoped))

  it.live("opens no file that a request names", () =>
    Effect.gen(function*() {
      const ask = yield* asking
      const batch = { ...lists([right]), columns: { image: ["assets/tiny-vl/config.json"] } }
      assert.include((yield* ask("/score?rewards=bright", batch)).answer.errors[0]!.message, "the sample names none")
    }).pipe(Effect.scoped))

  it.live("says what is wrong with a request", () =>
    Effect.gen(function*() {
      const ask = yield* asking
      const batch = lists([right])
      const wrongs = [
        ["/score?rewards=weightdSum", batch, "Did you mean weightedSum?"],
        ["/score?rewards=./mine.ts%23brevity", batch, "There are ap, "],
        ["/score?variant=best", batch, "variant is fixed or faithful, not \"best\""],
        ["/score", { completions: ["a"] }, "[\"solutions\"]"],
        ["/score", { completions: ["a"], solutions: [] }, "solutions has 0 entries for 1 rows"],
        ["/score", { ...batch, tokens: [1, 2] }, "tokens has 2 entries"],
        ["/score", { ...batch, columns: { hue: [] } }, "hue has 0 entries"],
        ["/score", { completions: ["a", "b".repeat(2_000_000)], solutions: ["a", "b"] }, "the completion of row 1 is longer than 1048576 characters"],
        ["/score", { completions: ["a"], solutions: ["b".repeat(100_000)] }, "the solution of row 0 is longer than 65536 characters"],
        ["/openrlhf", { query: ["a"], prompts: [], labels: ["b"] }, "prompts has 0 entries for 1 rows"],
        ["/openrlhf", { query: ["a"], prompts: ["a"], labels: [] }, "labels has 0 entries for 1 rows"],
        ["/openrlhf", { query: 7 }, "[\"query\"]"],
        ["/slime", { prompt: "a", response: "b" }, "[\"label\"]"]
      ] as const
      for (const [path, body, expected] of wrongs) {
        const { message, status } = yield* ask(path, body)
        assert.strictEqual(status, 400, path)
        assert.include(message, expected)
      }
    }).pipe(Effect.scoped))
})

describe("POST /openrlhf", () => {
  const prompt = "<|im_start|>user\n<|image_pad|>Find a. Write <answer>...</answer>.<|im_end|>\n<|im_start|>assistant\n"

  it.live("judges what follows the prompt", () =>
    Effect.gen(function*() {
      const ask = yield* asking
      const query = [right, wrong].map(({ completion }) => `${prompt}${completion}<|im_end|>`)
      const { answer } = yield* ask("/openrlhf?rewards=weightedSum,format", { query, prompts: [prompt, prompt], labels: [right.solution, wrong.solution] })
      assert.deepStrictEqual<unknown>(answer, { rewards: [2, 1], scores: [2, 1], extra_logs: { weightedSum: [1, 0], format: [1, 1] } })
    }).pipe(Effect.scoped))

  it.live("answers the servers that get nothing with nothing", () =>
    Effect.gen(function*() {
      const ask = yield* asking
      const { answer } = yield* ask("/openrlhf", { query: [], prompts: [], labels: [] })
      assert.deepStrictEqual<unknown>(answer, { rewards: [], scores: [], extra_logs: { weightedSum: [] } })
    }).pipe(Effect.scoped))

  it.live("gives no marks where one could not be given", () =>
    Effect.gen(function*() {
      const ask = yield* asking
      const { answer, message, status } = yield* ask("/openrlhf", { query: ["a", "b"], prompts: ["", ""], labels: [right.solution, "the dog"] })
      assert.strictEqual(status, 422)
      assert.include(message, "row 1: weightedSum: no boxes can be read")
      assert.strictEqual(answer.error!.code, "unjudged")
    }).pipe(Effect.scoped))

  it("finds the answer where the prompt's pictures were spelt out, and where there is no prompt", () => {
    const spelt = prompt.replace("<|image_pad|>", "<|image_pad|>".repeat(64))
    assert.strictEqual(answerIn(`${spelt}Here.<|im_end|>`, prompt), "Here.")
    assert.strictEqual(answerIn("Here.<|im_end|><|endoftext|>", prompt), "Here.")
    assert.strictEqual(answerIn("Here. </s>", ""), "Here. ")
    assert.strictEqual(answerIn("<|im_end|>", ""), "")
    assert.strictEqual(answerIn("a <|im_end|> b", ""), "a <|im_end|> b")
  })

  it("leaves an answer all that it says, also where it writes the header of its turn itself", () => {
    const header = "<|im_start|>assistant\n"
    const turns = `${header}Earlier.<|im_end|>\n${prompt}`
    for (const asked of [prompt, turns]) {
      const spelt = asked.replace("<|image_pad|>", "<|image_pad|>".repeat(64))
      assert.strictEqual(answerIn(`${spelt}Nonsense.${header}Here.<|im_end|>`, asked), `Nonsense.${header}Here.`)
    }
    const cut = turns.slice(turns.indexOf("user"))
    assert.strictEqual(answerIn(`${cut}Here.<|im_end|>`, turns), "Here.")
    assert.strictEqual(answerIn(`user: Where?${header}Here.<|im_end|>`, "Where?"), "Here.")
  })

  it("takes tokens off a long end in linear time", () => {
    const began = performance.now()
    assert.strictEqual(answerIn(`a${"<|im_end|>".repeat(200_000)}`, ""), "a")
    assert.strictEqual(answerIn("<|".repeat(1_000_000), "").length, 2_000_000)
    assert.isBelow(performance.now() - began, 5000)
  })
})

describe("POST /slime", () => {
  it.live("answers with the number alone", () =>
    Effect.gen(function*() {
      const ask = yield* asking
      const body = { prompt: "Find a.", response: `${right.completion}<|im_end|>`, label: right.solution }
      assert.strictEqual<unknown>((yield* ask("/slime?rewards=weightedSum,format", body)).answer, 2)
      assert.strictEqual((yield* ask("/slime", { ...body, label: "the dog" })).status, 422)
    }).pipe(Effect.scoped))
})

describe("GET /", () => {
  it.live("says what is served", () =>
    Effect.gen(function*() {
      const handler = yield* rewardHandler(offer(own, ["weightedSum", "words"]))
      const answer = yield* Effect.promise(async () => (await handler(new Request("http://localhost/"))).json() as Promise<{ readonly rewards: Array<string> }>)
      assert.includeMembers(answer.rewards, ["weightedSum", "format", "words", "hue"])
      assert.deepInclude<unknown>(answer, { usual: ["weightedSum", "words"], variants: ["fixed", "faithful"] })
    }))
})
