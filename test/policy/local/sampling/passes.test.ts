import { InferenceSession, type Tensor } from "onnxruntime-node"
import { afterAll, afterEach, assert, beforeEach, describe, it, type MockInstance, vi } from "vitest"
import * as Random from "../../../../src/pipeline/Random.ts"
import * as Adapters from "../../../../src/policy/local/adapters/engine.ts"
import { passes } from "../../../../src/policy/local/sampling/passes.ts"
import * as Tiny from "../tiny.ts"

const { path, remove } = Tiny.temporaryFolder()
afterAll(remove)

const text = (length: number) => ({ ids: new Array<number>(length).fill(0), images: [] })
const picture = (rows: number, columns: number) => ({ ids: text(1 + (rows * columns) / 4).ids, images: [{ rows, columns }] })
const sizes = (parts: ReadonlyArray<ReadonlyArray<unknown>>) => parts.map((part) => part.length)

describe("prompts that are read in one pass", () => {
  it("are as many as attention has memory for, in their order", () => {
    const prompts = [text(2048), text(2048), text(2048), text(10), text(10)]
    assert.deepStrictEqual(passes(prompts), [prompts.slice(0, 2), prompts.slice(2, 4), prompts.slice(4)], "one that is padded to 2048 takes as much")
    assert.deepStrictEqual(passes([]), [])
  })

  it("count the patches of their pictures", () => {
    const photos = Array.from({ length: 8 }, () => picture(34, 46))
    assert.deepStrictEqual(sizes(passes(photos)), [3, 3, 2])
    assert.deepStrictEqual(sizes(passes([{ ...picture(34, 46), images: [...photos[0]!.images, ...photos[1]!.images] }, photos[0]!])), [1, 1])
  })

  it("are at least one", () => {
    assert.deepStrictEqual(sizes(passes([text(9000), text(9000), text(5)])), [1, 1, 1])
  })
})

describe("sampling", () => {
  const how = { n: 1, temperature: 1, topP: 1, topK: 0, maxTokens: 2 }
  const { prototype } = InferenceSession as unknown as { readonly prototype: InferenceSession }
  let runs: MockInstance<InferenceSession["run"]>
  beforeEach(() => void (runs = vi.spyOn(prototype, "run")))
  afterEach(() => runs.mockRestore())
  /** Prompts of each pass that read some: only there is it said where each ends. */
  const read = () => runs.mock.calls.flatMap(([feeds]) => ("lastIndex" in feeds ? [(feeds.lastIndex as Tensor).size] : []))

  it("of small pictures reads 64 prompts at once", async () => {
    const [square] = await Tiny.questions(path)
    const engine = await Tiny.engine()
    await engine.sample(Array.from({ length: 70 }, (_, i) => ({ ...square!, key: Random.key(i) })), { ...how, maxTokens: 1 })
    assert.deepStrictEqual(read(), [64, 6])
  })

  it("of long prompts reads few at once, by a policy and by adapters, and answers each as alone", { tags: ["long"] }, async () => {
    const engine = await Tiny.engine()
    const asked = ["a", "b", "c"].map((word, i) => ({
      messages: [{ role: "user" as const, content: `${word} `.repeat(1700) }],
      images: [],
      key: Random.key(i)
    }))
    const together = await engine.sample(asked, how)
    assert.deepStrictEqual(read(), [2, 1])
    const tokens = (groups: ReadonlyArray<ReadonlyArray<{ readonly tokens: ReadonlyArray<number> }>>) => groups.flat().map((one) => one.tokens)
    for (const [i, question] of asked.entries()) assert.deepStrictEqual(tokens(await engine.sample([question], how)), [tokens(together)[i]])

    runs.mockClear()
    const adapters = await Adapters.make({ folder: Tiny.folder, threads: 1 })
    const prompts = [5, 6, 7].map((id, i) => ({ prompt: [{ tokens: new Array<number>(1700).fill(id) }], key: Random.key(i) }))
    const drawn = await adapters.sample(null, prompts, { ...how, ends: [] })
    assert.deepStrictEqual(read(), [2, 1])
    for (const [i, prompt] of prompts.entries()) {
      assert.deepStrictEqual(tokens(await adapters.sample(null, [prompt], { ...how, ends: [] })), [tokens(drawn)[i]])
    }
  })
})
