/**
 * The plain part of Python's pickles: None, truth values, numbers, texts, lists, tuples and dicts, protocols 0 to 5. Anything that
 * would make or call a class is refused, so a pickle can do nothing here but be data.
 *
 * Source: the opcodes of CPython's Lib/pickletools.py.
 */

/** The bytes are no pickle of plain data: the message says where and why. */
export class NotPlain extends Error {}

const mark = Symbol("mark")

/** What a key of a dict may be; as JSON, keys are texts. */
const keyOf = (key: unknown): string => {
  if (typeof key === "string" || typeof key === "number" || typeof key === "boolean") return String(key)
  throw new NotPlain("a dict has a key that is neither a text nor a number")
}

/** Little-endian two's complement of any length, as a number where it is exact. */
const longOf = (bytes: Buffer): number => {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!)
  if (bytes.length > 0 && bytes.at(-1)! >= 0x80) value -= 1n << BigInt(8 * bytes.length)
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new NotPlain("a number is too large")
}

/** A text in the escapes of a Python literal, without its quotes: `'it\'s'`. */
const literalOf = (line: string): string => {
  const text = line.trim()
  const quote = text[0]
  if (text.length < 2 || (quote !== "'" && quote !== "\"") || !text.endsWith(quote)) throw new NotPlain("a text has no quotes")
  const plain: { readonly [letter: string]: string } = { n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'", "\"": "\"" }
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|.)/gs, (_, code: string) =>
    code[0] === "x" && code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : plain[code] ?? `\\${code}`)
}

const unicodeLine = (line: string): string =>
  line.replace(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/g, (_, code: string) => {
    const point = Number.parseInt(code.slice(1), 16)
    if (point > 0x10ffff) throw new NotPlain("a text has a character that does not exist")
    return String.fromCodePoint(point)
  })

/** The value that a pickle of plain data holds: lists and tuples as arrays, dicts as maps. Throws `NotPlain`. */
export const unpickle = (bytes: Buffer): unknown => {
  const stack: Array<unknown> = []
  const memo = new Map<number, unknown>()
  let at = 0

  const fail = (why: string): never => {
    throw new NotPlain(`${why}, at byte ${at}`)
  }
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > bytes.length) fail("it ends too early")
    at += length
    return bytes.subarray(at - length, at)
  }
  const line = (): string => {
    const end = bytes.indexOf(0x0a, at)
    if (end < 0) fail("it ends too early")
    return take(end + 1 - at).subarray(0, -1).toString("latin1")
  }
  const lineNumber = (): number => {
    const text = line().replace(/L$/, "")
    if (!/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text)) fail(`"${text.slice(0, 20)}" is no number`)
    return Number(text)
  }
  const uint8 = () => take(1).readUInt8()
  const uint32 = () => take(4).readUInt32LE()
  const pop = (): unknown => stack.length > 0 && stack.at(-1) !== mark ? stack.pop() : fail("nothing is on the stack")
  const popMark = (): Array<unknown> => {
    const from = stack.lastIndexOf(mark)
    if (from < 0) fail("there is no mark")
    const items = stack.splice(from + 1)
    stack.pop()
    return items
  }
  const topList = (): Array<unknown> => {
    const top = stack.at(-1)
    return Array.isArray(top) ? top : fail("there is no list to add to")
  }
  const fill = (items: ReadonlyArray<unknown>, dict: unknown): void => {
    if (!(dict instanceof Map)) return fail("there is no dict to add to")
    for (let i = 0; i + 1 < items.length; i += 2) dict.set(keyOf(items[i]), items[i + 1])
  }
  const recall = (place: number): void => {
    if (!memo.has(place)) fail("something is meant that was not kept")
    stack.push(memo.get(place))
  }
  const dictOf = (items: ReadonlyArray<unknown>): Map<string, unknown> => {
    const dict = new Map<string, unknown>()
    fill(items, dict)
    return dict
  }

  /** What each opcode does, by its letter. */
  const operations: { readonly [opcode: string]: () => unknown } = {
    "\x80": () => uint8(), // protocol
    "\x95": () => take(8), // frame
    "(": () => stack.push(mark),
    "0": () => pop(),
    "1": () => popMark(),
    "2": () => stack.push(stack.at(-1)),
    N: () => stack.push(null),
    "\x88": () => stack.push(true),
    "\x89": () => stack.push(false),
    I: () => {
      const text = line()
      stack.push(text === "01" ? true : text === "00" ? false : /^-?\d{1,15}$/.test(text) ? Number(text) : fail("a number is wrong"))
    },
    L: () => stack.push(lineNumber()),
    F: () => stack.push(lineNumber()),
    G: () => stack.push(take(8).readDoubleBE()),
    J: () => stack.push(take(4).readInt32LE()),
    K: () => stack.push(uint8()),
    M: () => stack.push(take(2).readUInt16LE()),
    "\x8a": () => stack.push(longOf(take(uint8()))),
    S: () => stack.push(literalOf(line())),
    T: () => stack.push(take(uint32()).toString("utf8")),
    U: () => stack.push(take(uint8()).toString("utf8")),
    V: () => stack.push(unicodeLine(line())),
    X: () => stack.push(take(uint32()).toString("utf8")),
    "\x8c": () => stack.push(take(uint8()).toString("utf8")),
    "]": () => stack.push([]),
    "}": () => stack.push(new Map()),
    ")": () => stack.push([]),
    l: () => stack.push(popMark()),
    t: () => stack.push(popMark()),
    d: () => stack.push(dictOf(popMark())),
    "\x85": () => stack.push([pop()]),
    "\x86": () => {
      const b = pop()
      stack.push([pop(), b])
    },
    "\x87": () => {
      const [c, b] = [pop(), pop()]
      stack.push([pop(), b, c])
    },
    a: () => {
      const item = pop()
      topList().push(item)
    },
    e: () => {
      const items = popMark()
      const list = topList()
      for (const item of items) list.push(item)
    },
    s: () => {
      const value = pop()
      fill([pop(), value], stack.at(-1))
    },
    u: () => {
      const items = popMark()
      fill(items, stack.at(-1))
    },
    p: () => memo.set(lineNumber(), stack.at(-1)),
    q: () => memo.set(uint8(), stack.at(-1)),
    r: () => memo.set(uint32(), stack.at(-1)),
    "\x94": () => memo.set(memo.size, stack.at(-1)),
    g: () => recall(lineNumber()),
    h: () => recall(uint8()),
    j: () => recall(uint32())
  }

  for (;;) {
    const opcode = take(1).toString("latin1")
    if (opcode === ".") break
    if (opcode === "c" || opcode === "\x93") {
      const name = opcode === "c" ? `${line()}.${line()}` : "a class"
      fail(`it holds ${name}, which is no plain data`)
    }
    const operation = operations[opcode] ?? (() => fail(`the opcode ${JSON.stringify(opcode)} is none of plain data`))
    operation()
    if (stack.length > 1 << 24) fail("it holds too much at once")
  }
  return stack.length === 1 ? stack[0] : fail("it holds more than one value")
}
