/** Requests that are wrong, or mean harm. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, beforeAll } from "vitest"
import { ReceivedRequest } from "../../../src/protocol/chat.ts"
import { temporary } from "../../cli/support.ts"
import { about, name, scene, type Served, serving, text } from "./support.ts"

let served: Served
let picture: string
beforeAll(async () => {
  served = await serving()
  picture = await scene(0)
})
afterAll(() => served.close())

const short = { max_tokens: 1, temperature: 0 }

const refusal = async (body: unknown) => {
  const { body: said, status } = await served.post(body)
  assert.strictEqual(status, 400, JSON.stringify(said))
  assert.strictEqual(said.error.type, "invalid_request_error")
  return said.error
}

const uri = (bytes: Uint8Array, type = "image/png"): string => `data:${type};base64,${Buffer.from(bytes).toString("base64")}`

const blank = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: "#806020" } }).png().toBuffer()

describe("an image", () => {
  const param = "messages.0.content.0.image_url.url"

  it("is never fetched from an address", async () => {
    let asked = 0
    const server = createServer((_, response) => {
      asked++
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/picture.png`
    const found = await refusal(about(url))
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><image href="${url}" width="64" height="64"/></svg>`
    await refusal(about(uri(Buffer.from(svg), "image/svg+xml")))
    await refusal(about(uri(Buffer.from(svg))))
    server.close()
    assert.match(found.message, /must be a data URI.*addresses and files are not read/)
    assert.strictEqual(asked, 0)
  })

  it("is never read from the disk", async () => {
    const { folder, remove } = temporary()
    const file = join(folder, "picture.png")
    writeFileSync(file, await blank(56, 56))
    for (const url of [file, `file://${file}`, `data:image/png,${file}`]) assert.strictEqual((await refusal(about(url))).param, param)
    remove()
  })

  it("of PNG, JPEG, WebP or GIF is seen", async () => {
    for (const format of ["png", "jpeg", "webp", "gif"] as const) {
      const bytes = await sharp(await blank(84, 56)).toFormat(format).toBuffer()
      const { body, status } = await served.post(about(uri(bytes, `image/${format}`), short))
      assert.strictEqual(status, 200, JSON.stringify(body))
    }
  })

  it("that is none is refused, whatever it is", async () => {
    const whole = await blank(112, 112)
    const noise = await sharp(Buffer.from(Array.from({ length: 112 * 112 * 3 }, (_, i) => (i * 7919) % 251)), { raw: { width: 112, height: 112, channels: 3 } }).png().toBuffer()
    const cases = [Buffer.of(), Buffer.from("no picture"), whole.subarray(0, 8), whole.subarray(0, 40), noise.subarray(0, noise.length / 2), Buffer.from("GIF89a"), Buffer.of(0xff, 0xd8, 0xff)]
    for (const bytes of cases) {
      const found = await refusal(about(uri(bytes), short))
      assert.deepInclude(found, { param, code: "invalid_image" })
    }
    for (const url of ["data:image/png;base64,****", "data:text/plain;base64,AAAA", "data:", ""]) await refusal(about(url))
  })

  it("that is too large, or too long, is refused with its size", async () => {
    assert.match((await refusal(about(uri(await blank(5000, 4000))))).message, /has 5000 x 4000 pixels; at most 4096 x 4096/)
    assert.match((await refusal(about(uri(await blank(1000, 4))))).message, /1000 x 4 pixels is over 200 times as long/)
  })

  it("does not spoil the answers to others", async () => {
    const bad = uri((await blank(112, 112)).subarray(0, 60))
    const all = await Promise.all(Array.from({ length: 12 }, (_, i) => served.post(about(i % 2 === 0 ? bad : picture, short))))
    assert.deepStrictEqual(all.map(({ status }) => status), all.map((_, i) => (i % 2 === 0 ? 400 : 200)))
  })

  it("is one of at most 64", async () => {
    const content = Array.from({ length: 65 }, () => ({ type: "image_url", image_url: { url: picture } }))
    assert.match((await refusal({ model: name, messages: [{ role: "user", content }] })).message, /65 images are over the 64/)
  })
})

describe("a request", () => {
  it("that is too long is refused with the numbers", async () => {
    const found = await refusal({ model: name, messages: [{ role: "user", content: "zq ".repeat(2000) }] })
    assert.match(found.message, /the prompt has \d{4,} tokens, images included, and the model reads 2048/)
    assert.deepInclude(found, { param: "messages", code: "context_length_exceeded" })
  })

  it("that leaves less room than it asks for is refused with the numbers", async () => {
    const { body } = await served.post(about(picture, short))
    const prompt = body.usage!.prompt_tokens
    const found = await refusal(about(picture, { max_tokens: 2048 }))
    assert.include(found.message, `the prompt has ${prompt} tokens`)
    assert.include(found.message, `at most ${2048 - prompt} are left`)
    assert.strictEqual((await served.post(about(picture, { max_tokens: 2048 - prompt, stop: "<" }))).status, 200)
  })

  it("for more than can be counted is refused", async () => {
    for (const more of [{ n: 1e9 }, { n: 1e300 }, { max_tokens: 1e15 }, { max_tokens: 1e300 }, { seed: 1e300 }]) {
      assert.strictEqual((await refusal(about(picture, more))).param, Object.keys(more)[0])
    }
  })

  it("with marks of images that it does not have is refused", async () => {
    assert.match((await refusal({ model: name, messages: [{ role: "user", content: `<|image_pad|>${text}` }] })).message, /marks 1 images/)
  })

  it("that is no JSON is refused", async () => {
    assert.strictEqual((await served.post(undefined)).status, 400)
  })

  const isAnswered = async (body: unknown): Promise<void> => {
    const { body: said, status } = await served.post(body)
    assert.isTrue(status === 200 || (status >= 400 && status < 500), `${status} to ${JSON.stringify(body)}: ${JSON.stringify(said)}`)
    if (status === 200) assert.notProperty(said, "error")
    else assert.isString(said.error.message)
  }

  const whatever = (body: unknown) => Effect.promise(() => isAnswered(body))

  it.effect.prop("of any JSON is answered or refused", [Schema.Json], ([body]) => whatever(body), { arbitrary: { runs: 100 } })

  it.effect.prop("with any JSON in any field is answered or refused", [Schema.Literals(Object.keys(ReceivedRequest.fields)), Schema.Json], ([field, value]) =>
    whatever({ ...about(picture, short), [field]: value }), { arbitrary: { runs: 80 } })

  it.effect.prop("that could be one is answered or refused", [ReceivedRequest], ([body]) =>
    whatever({ ...body, model: name, max_tokens: 1, max_completion_tokens: 1 }), { arbitrary: { runs: 30 } })

  it.effect.prop("with any bytes for an image is answered or refused", [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))], ([bytes]) =>
    whatever(about(uri(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...bytes)), short)), { arbitrary: { runs: 30 } })
})
