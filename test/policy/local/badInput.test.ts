import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { crc32, deflateSync } from "node:zlib"
import * as Effect from "effect/Effect"
import sharp from "sharp"
import * as Random from "../../../src/pipeline/Random.ts"
import * as Engine from "../../../src/policy/local/thread/engine.ts"
import type { Engine as LocalEngine } from "../../../src/policy/local/thread/protocol.ts"
import * as Parameters from "../../../src/model/Parameters.ts"
import * as Safetensors from "../../../src/model/Safetensors.ts"
import type { Question } from "../../../src/model/message.ts"
import * as Tiny from "./tiny.ts"

const { path, remove } = Tiny.temporaryFolder()
const greedy = { n: 1, temperature: 0, topP: 1, topK: 0, maxTokens: 2 }
const refusal = (asked: Promise<unknown>): Promise<string> =>
  asked.then(() => "was not refused", (error: Error) => error.message)
const ask = (engine: LocalEngine, question: Question) =>
  engine.sample([{ ...question, key: Random.key(0) }], greedy)

let engine: LocalEngine
let tensors: ReadonlyArray<Safetensors.Tensor>
beforeAll(async () => {
  engine = await Tiny.engine(1)
  await engine.save(join(path, "random.safetensors"), "weights")
  const { at, flat } = await Tiny.readAll(join(path, "random.safetensors"))
  tensors = Parameters.tensorViews(flat, at)
})
afterAll(remove)

/** What a policy says that starts from a copy of the shipped folder with other weights or other lines in a file. */
const refusedFolder = async (
  name: string,
  change: { readonly tensors?: ReadonlyArray<Safetensors.Tensor>; readonly config?: object; readonly tokenizer?: object }
) => {
  const folder = join(path, name)
  cpSync(Tiny.folder, folder, { recursive: true })
  for (const [file, changes] of [["config.json", change.config], ["tokenizer.json", change.tokenizer]] as const) {
    if (changes === undefined) continue
    const json = JSON.parse(readFileSync(join(folder, file), "utf8"))
    writeFileSync(join(folder, file), JSON.stringify({ ...json, ...changes }))
  }
  const weights = join(folder, "model.safetensors")
  await Effect.runPromise(Safetensors.write(weights, change.tensors ?? tensors, { format: "pt" }))
  return refusal(Engine.make({ folder, weights: "folder", threads: 1 }).then((engine) => ask(engine, Tiny.wordsOnly)))
}

describe("a model folder", () => {
  const norm = "model.layers.1.input_layernorm.weight"
  const down = "model.layers.0.mlp.down_proj.weight"

  it("with a tensor missing is refused, naming file, tensor and remedy", async () => {
    const message = await refusedFolder("missing", { tensors: tensors.filter(({ name }) => name !== norm) })
    const file = join(path, "missing", "model.safetensors")
    const remedy = "Fetch config.json and the weights of the same model again."
    assert.strictEqual(message, `${file}, tensor ${norm}: is not in the file. ${remedy}`)
  })

  it("with a tensor of another shape is refused, also when it has as many numbers", async () => {
    const turned = tensors.map((one) => (one.name === down ? { ...one, shape: one.shape.toReversed() } : one))
    const message = await refusedFolder("turned", { tensors: turned })
    const { hidden, intermediate } = await Tiny.architecture()
    const problem = `has shape [${intermediate}, ${hidden}], but [${hidden}, ${intermediate}] is expected. `
    assert.include(message, `model.safetensors, tensor ${down}: ${problem}`)
    assert.include(message, "Fetch")
  })

  it("whose tokenizer lacks a token that images need is refused", async () => {
    const { added_tokens: added } = JSON.parse(readFileSync(join(Tiny.folder, "tokenizer.json"), "utf8"))
    const without = added.filter(({ content }: { content: string }) => content !== "<|vision_start|>")
    const message = await refusedFolder("tokenizer", { tokenizer: { added_tokens: without } })
    assert.match(message, /tokenizer\.json, key added_tokens: has no <\|vision_start\|>\. Use a tokenizer of/)
  })

  it("whose config.json is not of its tokenizer is refused", async () => {
    const image = await refusedFolder("image", { config: { image_token_id: 5 } })
    assert.match(image, /config\.json, key image_token_id: is 5, and <\|image_pad\|> is 1731 in tokenizer\.json\. Fetch/)
    const small = await refusedFolder("small", { config: { vocab_size: 1000 } })
    assert.match(small, /config\.json, key vocab_size: is 1000, and tokenizer\.json has ids up to 1732\. Fetch/)
    const { added_tokens } = JSON.parse(readFileSync(join(Tiny.folder, "tokenizer.json"), "utf8"))
    const far = { ...added_tokens.at(-1), id: 1e15, content: "<|far|>" }
    const large = await refusedFolder("large", { tokenizer: { added_tokens: [...added_tokens, far] } })
    assert.match(large, /config\.json, key vocab_size: is 1733, and tokenizer\.json has ids up to 1000000000000000\. Fetch/)
  })
})

describe("a question", () => {
  const about = (image: string): Question => {
    const content = [{ type: "image" as const }, { type: "text" as const, text: "What is it?" }]
    return { messages: [{ role: "user", content }], images: [image] }
  }
  const picture = async (name: string, width: number, height: number) => {
    const file = join(path, name)
    await sharp({ create: { width, height, channels: 3, background: "#336699" } }).png().toFile(file)
    return file
  }

  it("about a picture of one pixel is answered: it is enlarged, as transformers does", async () => {
    assert.deepStrictEqual(await engine.inputSize({ width: 1, height: 1 }), { width: 56, height: 56 })
    const [[completion] = []] = await ask(engine, about(await picture("dot.png", 1, 1)))
    assert.isAtLeast(completion!.tokens.length, 1)
  })

  it("about a picture of 20,000 x 20,000 pixels is refused before the picture is unpacked", async () => {
    const file = join(path, "huge.png")
    writeFileSync(file, claims(20_000, 20_000))
    const before = process.memoryUsage.rss()
    const message = await refusal(ask(engine, about(file)))
    assert.match(message, /huge\.png cannot be read \(.*pixel limit.*\)\. Restore the file or leave it out/)
    assert.isBelow(process.memoryUsage.rss() - before, 200 * 2 ** 20)
  })

  it("about a picture 201 times as long as wide is refused", async () => {
    const message = await refusal(ask(engine, about(await picture("line.png", 402, 2))))
    assert.include(message, "402 x 2 pixels is over 200 times as long as wide")
  })

  it("longer than max_position_embeddings is refused, for scoring as for sampling", async () => {
    const question: Question = { messages: [{ role: "user", content: "what ".repeat(3000) }], images: [] }
    const expected = /A prompt has \d+ tokens, images included, and the model reads 2048 at most\. Shorten the prompt/
    assert.match(await refusal(ask(engine, question)), expected)
    assert.match(await refusal(engine.logprobs([{ question, tokens: [1] }], "current")), expected)
  })
})

/** A PNG whose header claims a size and whose data stop at once. */
const claims = (width: number, height: number): Buffer => {
  const number = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data])
    return Buffer.concat([number(data.length), body, number(crc32(body))])
  }
  const header = Buffer.concat([number(width), number(height), Buffer.from([8, 2, 0, 0, 0])])
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.alloc(10))), chunk("IEND", Buffer.alloc(0))]
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts])
}
