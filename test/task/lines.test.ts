import { assert, describe, it } from "vitest"
import { lines } from "../../src/task/lines.ts"

/** The lines of a text that comes in pieces of so many bytes. */
const cut = async (text: string, bytes: number, longest = 100): Promise<ReadonlyArray<string>> => {
  const whole = new TextEncoder().encode(text)
  const pieces = async function*() {
    for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes)
  }
  const found: Array<string> = []
  for await (const line of lines(pieces(), longest)) found.push(line)
  return found
}

describe("lines", () => {
  it("end at line feeds alone, however the bytes arrive", async () => {
    const text = "\ufeffé\u2028ü\n\n👍\r\nlast"
    for (const bytes of [1, 2, 3, 5, 1000]) assert.deepStrictEqual(await cut(text, bytes), ["é\u2028ü", "", "👍", "last"])
    assert.deepStrictEqual(await cut("", 1), [])
    assert.deepStrictEqual(await cut("a\n", 1), ["a"])
  })

  it("are cut one character after the longest, so that whoever reads them can tell", async () => {
    const text = `${"a".repeat(9)}\n${"b".repeat(10)}\n${"c".repeat(1000)}\nd`
    const wanted = ["a".repeat(9), "b".repeat(10), "c".repeat(11), "d"]
    for (const bytes of [1, 7, 5000]) assert.deepStrictEqual(await cut(text, bytes, 10), wanted)
  })
})
