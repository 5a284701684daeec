import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { join } from "node:path"
import type { HeadLora } from "../../../src/model/lora.ts"
import type { Question } from "../../../src/model/message.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Adapters from "../../../src/policy/local/adapters/engine.ts"
import type { Scored } from "../../../src/policy/local/adapters/protocol.ts"
import * as Engine from "../../../src/policy/local/thread/engine.ts"
import { chunksFor } from "./chunks.ts"
import * as Tiny from "./tiny.ts"

const lora: HeadLora = { rank: 4, alpha: 32, targets: ["q_proj", "v_proj", "down_proj"] }
const answers = [[5, 6, 7], [11, 12], [8, 8, 8, 9]]
const weights = [[1, 0.5, -1], [0.25, 2], [-0.5, 1, 1, 1]]

const { path, remove } = Tiny.temporaryFolder()
afterAll(remove)

let questions: ReadonlyArray<Question>
let asked: ReadonlyArray<Scored>
beforeAll(async () => {
  questions = [...(await Tiny.questions(path)).slice(0, 2), Tiny.wordsOnly]
  const prompts = await Promise.all(questions.map(chunksFor))
  asked = prompts.map((prompt, i) => ({ prompt, within: [], tokens: answers[i]!, targets: answers[i]!, weights: weights[i]! }))
})

const make = () => Adapters.make({ folder: Tiny.folder, threads: 1 })

/** Adapters that moved a step away from where they start. */
const moved = async (engine: Awaited<ReturnType<typeof make>>, name: string, its: HeadLora = lora, seed = 0) => {
  await engine.create(name, its, seed)
  await engine.score(name, asked, true)
  return engine.step(name, Tiny.adamW())
}

describe("adapters of one base", () => {
  it("compute what a policy with such adapters computes: scores, gradients, steps, answers", async () => {
    const policy = await Engine.make({ folder: Tiny.folder, weights: "folder", threads: 1, lora })
    const sequences = questions.map((question, i) => ({ question, tokens: answers[i]! }))
    const engine = await make()
    await engine.create("a", lora, 0)
    assert.deepStrictEqual(await engine.score("a", asked, false), await policy.logprobs(sequences, "current"))
    assert.deepStrictEqual(await engine.score("a", asked, true), await policy.backward(sequences, weights))
    assert.deepStrictEqual(await engine.step("a", Tiny.adamW()), await policy.step(Tiny.adamW()))
    assert.deepStrictEqual(await engine.score("a", asked, false), await policy.logprobs(sequences, "current"))
    const how = { n: 2, temperature: 1, topP: 1, topK: 0, maxTokens: 6 }
    const key = Random.key(7)
    const here = await policy.sample(questions.map((question) => ({ ...question, key })), how)
    const drawn = await engine.sample("a", asked.map(({ prompt }) => ({ prompt, key })), { ...how, ends: [1533, 1531] })
    assert.deepStrictEqual(drawn.map((group) => group.map(({ tokens }) => tokens)), here.map((group) => group.map(({ tokens }) => tokens)))
    assert.deepStrictEqual(drawn.map((group) => group.map(({ logprobs }) => logprobs)), here.map((group) => group.map(({ logprobs }) => logprobs)))
  })

  it("are apart: what one learns moves neither another nor the base", async () => {
    const engine = await make()
    const base = await engine.score(null, asked, false)
    await engine.create("still", lora, 1)
    assert.deepStrictEqual(await engine.score("still", asked, false), base, "fresh ones change nothing")
    await moved(engine, "learning")
    assert.notDeepEqual(await engine.score("learning", asked, false), base)
    assert.deepStrictEqual(await engine.score("still", asked, false), base)
    assert.deepStrictEqual(await engine.score(null, asked, false), base)
    await engine.drop("learning")
    const error = await engine.score("learning", asked, false).then(() => undefined, String)
    assert.match(error!, /no adapter learning/)
  })

  it("go on from a file as if nothing had been, or with an optimiser that remembers nothing", async () => {
    const engine = await make()
    await moved(engine, "first")
    const file = join(path, "first.safetensors")
    await engine.save("first", file, "training")
    const scored = await engine.score("first", asked, true)
    const step = await engine.step("first", Tiny.adamW())
    const after = await engine.score("first", asked, false)

    await engine.create("again", lora, 9)
    await engine.load("again", file, true)
    assert.deepStrictEqual(await engine.score("again", asked, true), scored)
    assert.deepStrictEqual(await engine.step("again", Tiny.adamW()), step)
    assert.deepStrictEqual(await engine.score("again", asked, false), after)

    await engine.load("again", file, false)
    assert.deepStrictEqual(await engine.score("again", asked, true), scored)
    await engine.step("again", Tiny.adamW())
    assert.notDeepEqual(await engine.score("again", asked, false), after)
  })

  it("may sit on the output head, and then learn what they are taught", async () => {
    const engine = await make()
    const head: HeadLora = { rank: 2, alpha: 32, targets: [], head: true }
    const base = await engine.score(null, asked, false)
    const gain = (scores: ReadonlyArray<ReadonlyArray<number>>) =>
      scores.flat().reduce((sum, value, i) => sum + value * weights.flat()[i]!, 0)
    const { gradientNorm } = await moved(engine, "head", head)
    assert.isAbove(gradientNorm, 0)
    assert.isAbove(gain(await engine.score("head", asked, false)), gain(base))
    assert.deepStrictEqual(await engine.score(null, asked, false), base)
  })
})

describe("what is scored", () => {
  it("may be more than attention has memory for at once: long sequences go through in several passes", { tags: ["long"] }, async () => {
    const engine = await make()
    const long = (first: number, length: number): Scored => {
      const tokens = Array.from({ length }, (_, i) => 5 + ((first + i) % 40))
      return { prompt: [{ tokens: [first] }], within: [], tokens, targets: tokens, weights: [] }
    }
    const all = [long(5, 1700), long(6, 20), long(7, 1700), long(8, 1600)]
    const together = await engine.score(null, all, false)
    for (const [i, one] of all.entries()) {
      const [alone] = await engine.score(null, [one], false)
      alone!.forEach((value, t) => assert.approximately(together[i]![t]!, value, 1e-4))
    }
  })

  it("may stand within prompts, in the pass that learns what follows them: the gradient is that of what follows alone", async () => {
    const engine = await make()
    await engine.create("a", lora, 0)
    const worded = asked[2]!
    const [{ tokens }] = worded.prompt as [{ tokens: ReadonlyArray<number> }]
    const rows = [0, 3, tokens.length - 2]
    const within = rows.map((row) => ({ row, target: tokens[row + 1]! }))
    const some = [asked[0]!, { ...worded, within }, { ...worded, within, tokens: [7], targets: [7], weights: [2] }, worded]

    const [picture, first, second, plain] = await engine.score("a", some, true)
    const { gradientNorm } = await engine.step("a", Tiny.adamW())
    assert.lengthOf(first!, 4 + 3)
    // the same by tokens that follow a prompt of one
    await engine.create("b", lora, 0)
    const followed = { ...worded, prompt: [{ tokens: tokens.slice(0, 1) }], tokens: tokens.slice(1), targets: tokens.slice(1), weights: [] }
    const [following] = await engine.score("b", [followed], false)
    rows.forEach((row, i) => {
      assert.approximately(first![4 + i]!, following![row]!, 1e-5)
      assert.approximately(second![1 + i]!, following![row]!, 1e-5)
    })
    const [pictureAlone, plainAlone, , again] = await engine.score("b", some.map((one) => ({ ...one, within: [] })), true)
    const alone = await engine.step("b", Tiny.adamW())
    assert.deepStrictEqual(picture, pictureAlone)
    plain!.forEach((value, t) => assert.approximately(value, again![t]!, 1e-5))
    plainAlone!.forEach((value, t) => assert.approximately(value, first![t]!, 1e-5))
    assert.approximately(alone.gradientNorm / gradientNorm, 1, 1e-4)
  })

  it("need not be what is read: targets stand in for the tokens", async () => {
    const engine = await make()
    const [first] = asked
    const other = { ...first!, targets: [9, 9, 9] }
    const [own, others] = await engine.score(null, [first!, other], false)
    const [[alone]] = await engine.score(null, [{ ...first!, tokens: [9], targets: [9] }], false) as [[number]]
    assert.notDeepEqual(others, own)
    assert.approximately(others![0]!, alone, 1e-5)
    const [[, second]] = await engine.score(null, [{ ...first!, tokens: [5, 9], targets: [5, 9] }], false) as [[number, number]]
    assert.approximately(others![1]!, second, 1e-5)
  })
})
