/** The house: arrows point one way, nothing goes in circles, names and headers follow one rule. */
import { assert, describe, it } from "vitest"
import { allowed, arrows, files, pageArrows, pageFiles, roomOf, stages } from "./rooms.ts"

const shown = (wrong: ReadonlyArray<{ readonly from: string; readonly to: string }>) =>
  wrong.map(({ from, to }) => `${from} -> ${to}`)

const between = arrows.filter(({ from, to }) => roomOf(from) !== roomOf(to) && roomOf(from) !== "faces")

/** Kinds of policies are named by the face of their room, and so is what trains elsewhere: one line each, a registry. */
const registered = [
  ...["local", "openai", "recorded", "split", "tinker"].map((name) => ["policy/index.ts", `policy/${name}`] as const),
  ["update/index.ts", "external"] as const
]

describe("arrows", () => {
  it("are found: the house is not empty, and types are seen", () => {
    assert.isAbove(files.size, 200)
    assert.isAbove(arrows.length, 600)
    assert.isAbove(arrows.filter(({ types }) => types).length, 100)
  })

  it("point from each room to those that it may rest on", () => {
    const wrong = between.filter(({ from, to }) => {
      if (registered.some(([file, room]) => from === file && roomOf(to) === room)) return false
      return !(allowed[roomOf(from)] ?? []).includes(roomOf(to))
    })
    const amongStages = wrong.filter(({ from, to, types }) => types && stages.includes(roomOf(from)) && stages.includes(roomOf(to)))
    assert.deepStrictEqual(shown(wrong.filter((arrow) => !amongStages.includes(arrow))), [])
  })

  it("reach a policy's interfaces from the stages, and never its back ends", () => {
    const wrong = between.filter(({ from, to }) => stages.includes(roomOf(from)) && roomOf(to).startsWith("policy/"))
    assert.deepStrictEqual(shown(wrong), [])
  })

  it("reach from one task to no other", () => {
    const taskOf = (file: string) => /^task\/(\w+)\//.exec(file)?.[1]
    const wrong = arrows.filter(({ from, to }) => {
      const [a, b] = [taskOf(from), taskOf(to)]
      return a !== undefined && b !== undefined && a !== b
    })
    assert.deepStrictEqual(shown(wrong), [])
  })

  it("cover every room", () => {
    const rooms = new Set([...files.keys()].map(roomOf))
    assert.deepStrictEqual([...rooms].filter((room) => room !== "faces" && allowed[room] === undefined), [])
  })
})

describe("the page", () => {
  const out = pageArrows.filter(({ to }) => to.startsWith("../"))

  /** What a page draws and prints as figures and tables do. Neither loads anything of ours. */
  const shared = ["../../src/report/figures/palette.ts", "../../src/report/figures/reach.ts", "../../src/report/table/numbers.ts"]

  it("takes types of the API from src, and what it shares with figures and tables", () => {
    assert.isAbove(out.length, 0)
    for (const file of shared) assert.deepStrictEqual(arrows.filter(({ from, types }) => `../../src/${from}` === file && !types), [])
    const wrong = out.filter(({ to }) => !shared.includes(to)).filter(({ to, types }) => !types || !/^\.\.\/\.\.\/src\/server\/ui\/([\w-]+\/)?api\.ts$/.test(to))
    assert.deepStrictEqual(shown(wrong), [])
  })

  it("loads a view when it is asked for: only the registry names them", () => {
    const viewOf = (file: string) => /^views\/([\w-]+)\//.exec(file)?.[1]
    const wrong = pageArrows.filter(({ from, to }) => viewOf(to) !== undefined && viewOf(from) !== viewOf(to) && from !== "views.ts")
    assert.deepStrictEqual(shown(wrong), [])
  })

  it("opens every file with what it is", () => {
    const wrong = [...pageFiles].filter(([, text]) => !/^\/\*\*[^]{10,}?[.:)`]\s*\*\//.test(text)).map(([file]) => file)
    assert.deepStrictEqual(wrong, [])
  })
})

describe("circles", () => {
  it("there are none, types counted", () => {
    const next = Map.groupBy(arrows, ({ from }) => from)
    const done = new Set<string>()
    const found: Array<string> = []
    const follow = (file: string, path: ReadonlyArray<string>): void => {
      if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" -> "))
      if (done.has(file) || path.includes(file)) return
      for (const { to } of next.get(file) ?? []) follow(to, [...path, file])
      done.add(file)
    }
    for (const file of files.keys()) follow(file, [])
    assert.deepStrictEqual(found, [])
  })
})

describe("names", () => {
  const baseOf = (file: string) => file.slice(file.lastIndexOf("/") + 1)
  const plain = [...files.keys()].filter((file) => baseOf(file) !== "index.ts" && roomOf(file) !== "faces")
  const namespaces = new Set(arrows.filter(({ namespace }) => namespace !== undefined).map(({ to }) => to))

  it("have a capital where the file is a namespace, and only there", () => {
    const wrong = plain.filter((file) => /^[A-Z]/.test(baseOf(file)) !== namespaces.has(file))
    assert.deepStrictEqual(wrong, [])
  })
})

describe("headers", () => {
  it("open every file, and say what it is", () => {
    const wrong = [...files].filter(([, text]) => !/^\/\*\*[^]{10,}?\*\//.test(text)).map(([file]) => file)
    assert.deepStrictEqual(wrong, [])
  })

  it("are sentences", () => {
    const wrong = [...files].filter(([, text]) => !/[.:)`]\s*\*\//.test(text.slice(0, text.indexOf("*/") + 2))).map(([file]) => file)
    assert.deepStrictEqual(wrong, [])
  })
})
