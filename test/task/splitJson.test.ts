import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Random from "../../src/pipeline/Random.ts"
import { type Key, NotJson, type Piece, splitter } from "../../src/task/splitJson.ts"

type Next = (below: number) => number

const nextOf = (...place: ReadonlyArray<string | number>): Next => {
  const next = Random.stream(Random.fold(Random.key(11), ...place))
  return (below) => Math.floor(next() * below)
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Pushes bytes in pieces of some sizes; an empty piece is one too. */
const piecesOf = (bytes: Uint8Array, size: () => number, wanted?: (key: Key) => boolean): ReadonlyArray<Piece> => {
  const { end, push } = splitter(wanted)
  const found: Array<Piece> = []
  for (let at = 0; at < bytes.length;) {
    const taken = size()
    found.push(...push(bytes.slice(at, at + taken)))
    at += taken
  }
  return [...found, ...end()]
}

/** The document that pieces make, as `JSON.parse` gives it. */
const joined = (pieces: ReadonlyArray<Piece>): unknown => {
  const lists = new Map<Key, Array<unknown>>()
  const values = new Map<Key, unknown>()
  const closed = new Set<Key>()
  for (const piece of pieces) {
    if ("value" in piece) values.set(piece.key, piece.value)
    else {
      const list = lists.get(piece.key) ?? []
      assert.isFalse(closed.has(piece.key))
      if (piece.last) closed.add(piece.key)
      assert.strictEqual(piece.first, list.length)
      lists.set(piece.key, list)
      values.set(piece.key, list)
      list.push(...piece.rows)
    }
  }
  assert.strictEqual(closed.size, lists.size)
  return values.has(undefined) ? values.get(undefined) : Object.fromEntries(values as Map<string, unknown>)
}

const parsed = (read: () => unknown): { readonly value: unknown } | { readonly error: unknown } => {
  try {
    return { value: read() }
  } catch (error) {
    return { error }
  }
}

/** The splitter says the same as `JSON.parse`, or the clear error of a document that it does not take. */
const agree = (bytes: Uint8Array, size: () => number): void => {
  const expected = parsed(() => JSON.parse(new TextDecoder().decode(bytes)))
  const found = parsed(() => joined(piecesOf(bytes, size)))
  const text = () => JSON.stringify(new TextDecoder().decode(bytes).slice(0, 400))
  if ("error" in found) {
    assert.instanceOf(found.error, NotJson, text())
    const { message } = found.error as Error
    assert.isAbove(message.length, 8)
    if (!message.includes("occurs twice")) assert.property(expected, "error", `${text()}: ${message}`)
  } else assert.deepStrictEqual(found, expected, text())
}

const strings = ["", "a", "\"", "\\", "\\\"", "]}", "[{", "\u2028", "é", "漢字", "😀", "\ud800", "\n\t\r\0", "\u007f", "key", "images", "__proto__"]
const numbers = ["0", "-0", "1", "12.50", "1e400", "-1e-400", "9007199254740993", "1E+2", "123456789012345678901234567890"]
const spaces = ["", "", "", " ", "\n", "\r\n\t  "]

/** The text of a random value: nested, spaced, and with texts that look like structure. */
const valueText = (next: Next, depth: number): string => {
  const space = () => spaces[next(spaces.length)]!
  const string = () => JSON.stringify(strings[next(strings.length)]! + strings[next(strings.length)]!)
  const list = (open: string, item: () => string, close: string) =>
    `${open}${space()}${Array.from({ length: next(5) }, item).join(`${space()},${space()}`)}${space()}${close}`
  switch (depth === 0 ? next(3) : next(6)) {
    case 0:
      return string()
    case 1:
      return numbers[next(numbers.length)]!
    case 2:
      return ["true", "false", "null"][next(3)]!
    case 3:
      return list("{", () => `${string()}${space()}:${space()}${valueText(next, depth - 1)}`, "}")
    default:
      return list("[", () => valueText(next, depth - 1), "]")
  }
}

describe("splitJson agrees with JSON.parse", () => {
  it.prop("on arbitrary JSON", [Schema.Json], ([value]) => {
    const text = JSON.stringify(value)
    // JSON.parse of Node 24.21 takes the key \u0000 for a backslash where it has just read an object with that key
    if (text.includes("\\u0000")) return
    agree(encode(text), () => 7)
  }, { arbitrary: { runs: 300 } })

  it("on random documents in pieces of random sizes", () => {
    for (let round = 0; round < 2000; round++) {
      const next = nextOf("documents", round)
      const mark = next(10) === 0 ? [0xef, 0xbb, 0xbf] : []
      agree(Uint8Array.of(...mark, ...encode(` ${valueText(next, 4)}\n`)), () => 1 + next(9))
    }
  })

  it("on every way to cut a document in two", () => {
    const bytes = encode("\ufeff{ \"a\\\"]\": [1, {\"é\": \"\\\\\"}, \"]\", []], \"b\" :{\"c\":[\"}\"]}, \"n\": -1.5e3 , \"e\": [ ] }")
    const whole = JSON.parse(new TextDecoder().decode(bytes))
    for (let cut = 0; cut <= bytes.length; cut++) {
      const sizes = [cut, bytes.length]
      assert.deepStrictEqual(joined(piecesOf(bytes, () => sizes.shift() ?? 1)), whole)
    }
  })

  it("on documents cut short, garbled, and doubled", () => {
    const rubbish = ["{", "}", "[", "]", ",", ":", "\"", "\\", "1", " ", "NaN", "null", "\0", "\u00e9", "//", "'", "\ufeff"]
    for (let round = 0; round < 4000; round++) {
      const next = nextOf("garbled", round)
      let text = valueText(next, 3)
      for (let change = next(3); change >= 0; change--) {
        const [from, to] = [next(text.length + 1), next(text.length + 1)].sort((a, b) => a - b) as [number, number]
        const middle = [rubbish[next(rubbish.length)]!, "", text.slice(from, to).repeat(2)][next(3)]!
        text = text.slice(0, from) + middle + text.slice(next(3) === 0 ? to : from)
      }
      agree(encode(text), () => 1 + next(12))
    }
  })

  it("on random bytes", () => {
    for (let round = 0; round < 3000; round++) {
      const next = nextOf("bytes", round)
      const among = encode("{}[]\",:\\ 1e-nul\n")
      agree(Uint8Array.from({ length: next(30) }, () => next(8) === 0 ? next(256) : among[next(among.length)]!), () => 1 + next(4))
    }
  })

})

describe("splitJson says where a document is wrong", () => {
  const said = (text: string | Uint8Array, size = 5): string => {
    const found = parsed(() => piecesOf(typeof text === "string" ? encode(text) : text, () => size))
    return "error" in found ? (found.error as Error).message : "nothing"
  }
  it.each<readonly [what: string, text: string | Uint8Array, says: RegExp]>([
    ["nothing", "", /it is empty/],
    ["in Latin-1", Uint8Array.of(...encode("{\"images\": [\"a\", \"caf"), 0xe9, ...encode("\"]}")), /^images\[1\], from byte \d+ on: it is not UTF-8; save it as UTF-8$/],
    ["cut short between values", "{\"images\": [{}],", /ends too early/],
    ["cut short in a list", "{\"images\": [{}, {\"id\": 1", /ends too early, in "images"/],
    ["an element, by its number and byte", "{\"a\": [1, 2, {\"x\": nul}]}", /a\[2\], from byte 12 on: /],
    ["Python's NaN", "[{\"score\": 1}, {\"score\": NaN}]", /\[1\], from byte 14 on: .*NaN/],
    ["a missing element", "{\"a\": [1, , 2]}", /a\[1\]/],
    ["a comma too many", "{\"a\": [1, 2, ]}", /a\[2\]/],
    ["a comma too many after the last key", "{\"a\": 1, }", /byte 9, a key is due, not }/],
    ["no comma", "{\"a\": [] \"b\": []}", /byte 9, a comma or } is due, not "/],
    ["no value", "{\"a\": }", /byte 6, a value is due, not }/],
    ["no colon", "{\"a\" [1]}", /a colon is due/],
    ["a key that is no string", "{a: 1}", /byte 1, a key or } is due, not a/],
    ["brackets that do not fit", "{\"a\": [{\"b\": 1]}", /a/],
    ["a second document", "{} {}", /byte 3, the end is due/],
    ["a key that occurs twice", "{\"a\": [], \"a\": []}", /"a" occurs twice/],
    ["UTF-16, with its mark", Uint8Array.of(0xff, 0xfe, 0x7b, 0), /UTF-16; save it as UTF-8/],
    ["UTF-16, without", Uint8Array.of(0x7b, 0, 0x22, 0), /UTF-16; save it as UTF-8/],
    ["half of a byte order mark", Uint8Array.of(0xef, 0xbb, 0x7b, 0x7d), /byte 2, a value is due/]
  ])("%s", (_, text, says) => {
    assert.match(said(text), says)
    assert.match(said(text, 1), says)
  })
})

describe("splitJson bears anything", () => {
  it("gives elements before the document is whole, and only those that are", () => {
    const { push } = splitter()
    assert.deepStrictEqual(push(encode("{\"a\": [{\"x\": 1}, {\"x\":")), [{ key: "a", first: 0, rows: [{ x: 1 }], last: false }])
    assert.deepStrictEqual(push(encode(" 2}, 3")), [{ key: "a", first: 1, rows: [{ x: 2 }], last: false }])
    assert.deepStrictEqual(push(encode("4]}")), [{ key: "a", first: 2, rows: [34], last: true }])
  })

  it("passes over what is not wanted, and finds its end among texts and brackets", () => {
    for (let round = 0; round < 500; round++) {
      const next = nextOf("skipped", round)
      const text = `{"skip": ${valueText(next, 4)}, "take": [1, 2], "skip too": ${valueText(next, 3)}}`
      const pieces = piecesOf(encode(text), () => 1 + next(9), (key) => key === "take")
      assert.deepStrictEqual(joined(pieces), { take: [1, 2] }, text)
    }
  })

  it("holds no more than one element and the bytes that it was given", () => {
    const { push } = splitter()
    const row = encode(`{"text": "${"x".repeat(1000)}"},`)
    push(encode("["))
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 20_000; i++) push(row)
    assert.isBelow(process.memoryUsage().arrayBuffers - before, 16e6)
  })

  it("reads an element of 20 MB in pieces of 1 kB before long", () => {
    const bytes = encode(`[{"text": "${"\\\"x".repeat(7_000_000)}"}]`)
    const start = performance.now()
    assert.strictEqual((joined(piecesOf(bytes, () => 1000)) as [{ text: string }])[0].text.length, 14_000_000)
    assert.isBelow(performance.now() - start, 5000)
  })

  it.each([["[", "]"], ["{\"a\":", "}"]])("takes 100,000 levels of %s", (open, close) => {
    const text = `[${open.repeat(100_000)}1${close.repeat(100_000)}]`
    assert.strictEqual((joined(piecesOf(encode(text), () => 5000)) as Array<unknown>).length, 1)
    assert.throws(() => piecesOf(encode(text.slice(0, 150_000)), () => 5000), NotJson)
  })
})
