import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { crc32 } from "node:zlib"
import sharp from "sharp"
import { plainPng } from "../../src/vision/plainPng.ts"

const size = { width: 7, height: 5 }
const picture = (channels: 3 | 4) => sharp(Buffer.alloc(size.width * size.height * channels, 77), { raw: { ...size, channels } })
const plain = () => picture(3).png().toBuffer()

const others = {
  "with transparency": () => picture(4).png(),
  "with a palette": () => picture(3).png({ palette: true }),
  "interlaced": () => picture(3).png({ progressive: true }),
  "of sixteen bits": () => picture(3).toColourspace("rgb16").png(),
  "grey": () => picture(3).toColourspace("b-w").png(),
  "of another kind": () => picture(3).jpeg()
}

describe("plainPng", () => {
  it("gives the size of a picture of eight bits of red, green and blue", async () => {
    assert.deepStrictEqual(plainPng(await plain()), size)
  })

  for (const [name, make] of Object.entries(others)) {
    it(`gives nothing for one ${name}`, async () => {
      assert.isUndefined(plainPng(await make().toBuffer()))
    })
  }

  it("gives nothing where one colour is declared transparent", async () => {
    const png = await plain()
    const headerEnd = 8 + 25
    const transparent = Buffer.from("\0\0\0\x06tRNS\0\x4d\0\x4d\0\x4d\0\0\0\0", "latin1")
    const length = transparent.length
    transparent.writeUInt32BE(crc32(transparent.subarray(4, length - 4)), length - 4)
    assert.isUndefined(plainPng(Buffer.concat([png.subarray(0, headerEnd), transparent, png.subarray(headerEnd)])))
  })

  it("gives nothing where any byte is wrong, or the end is missing", async () => {
    const png = await plain()
    for (const at of png.keys()) {
      const wrong = Buffer.from(png)
      wrong[at]! ^= 1
      assert.isUndefined(plainPng(wrong), `byte ${at}`)
      assert.isUndefined(plainPng(png.subarray(0, at)), `${at} bytes`)
    }
  })

  it.prop("reads any bytes", [Schema.Uint8Array], ([bytes]) => {
    assert.isUndefined(plainPng(Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), bytes])))
  })
})
