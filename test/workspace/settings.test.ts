import { assert, describe, it } from "vitest"
import { settings, withPixels } from "../../src/workspace/settings.ts"

const node = (kind: string, name: string, config: object = {}, parts: object = {}, more: object = {}) =>
  ({ kind, name, code: "0", packages: [], config, parts, ...more })

const stage = (variant: string, label: string, fingerprint: string, of: object, inputs: ReadonlyArray<object> = []) =>
  ({ variant, label, fingerprint, preimage: JSON.stringify({ node: of, inputs }) })

const input = (fingerprint: string) => ({ role: "input", fingerprint })

const data = node("data", "shapes", { count: 12, size: { width: 112, height: 84 } })
const filter = node("filter", "maxBoxes", { n: 10 })
const evaluation = node("evaluate", "detection", { mode: "positive", maxTokens: 64, batch: 8 }, { task: node("task", "detection"), data, filter })
const prompt = stage("AP", "template", "p", node("prompt", "template", { name: "enhanced", request: "Think." }), [input("d")])
const loop = (...body: ReadonlyArray<object>) => node("loop", "loop", { steps: 2 }, { body })
const every = (of: object) => node("evaluate", "every", { steps: 1 }, { stage: of })

const shown = (found: ReturnType<typeof settings>) =>
  found.map(({ scope, settings, variant }) => [variant, scope, Object.entries(settings).map(([name, { shown }]) => `${name} ${shown}`).join(", ")])

describe("settings of evaluations", () => {
  it("are its data, filter, own config, prompt and decoding; what changes no number is left out", () => {
    const found = settings([prompt, stage("AP", "held", "e", evaluation, [input("p")])], ["held"])
    assert.deepStrictEqual(shown(found), [[
      "AP",
      "held",
      "data shapes(count 12, size.width 112, size.height 84), filter maxBoxes(n 10), mode positive, maxTokens 64, prompt enhanced, " +
      "decoding greedy, scores 1 for every box in the order said"
    ]])
  })

  it("prefer the evaluation's own template, and tell apart what reads the same", () => {
    const own = { ...evaluation, config: { ...evaluation.config, template: { name: "enhanced", request: "Guess." } } }
    const found = settings([prompt, stage("AP", "held", "e", evaluation, [input("p")]), stage("own", "held", "f", own, [input("p")])], ["held"])
    const [before, after] = found.map(({ settings }) => settings["prompt"]!)
    assert.deepStrictEqual([before!.shown, after!.shown], ["enhanced", "enhanced"])
    assert.notStrictEqual(before!.whole, after!.whole)
  })

  it("say of a template that it hides the picture", () => {
    const blind = { ...evaluation, config: { ...evaluation.config, template: { name: "enhanced", image: "hidden" } } }
    const [found] = settings([stage("AP", "held", "e", blind)], ["held"])
    assert.strictEqual(found!.settings["prompt"]!.shown, "enhanced without the picture")
  })

  it("tell data of another content apart, but not other code", () => {
    const of = (more: object) => {
      const [found] = settings([stage("AP", "held", "e", { ...evaluation, parts: { ...evaluation.parts, data: { ...data, ...more } } })], ["held"])
      return found!.settings["data"]!
    }
    assert.strictEqual(of({ code: "1" }).whole, of({ code: "2" }).whole)
    assert.notStrictEqual(of({ content: "a" }).whole, of({ content: "b" }).whole)
  })

  it("know an evaluation nested in a loop, where it is the only one or goes by its name", () => {
    const one = [prompt, stage("AP", "loop", "l", loop(every(evaluation)), [input("p")])]
    assert.deepStrictEqual(settings(one, ["watch"]).map(({ scope }) => scope), ["watch"])
    const two = [stage("AP", "loop", "l", loop(every(evaluation), every({ ...evaluation, name: "referring" })))]
    assert.deepStrictEqual(settings(two, ["watch", "referring"]).map(({ scope }) => scope), ["referring"])
    const both = [...one, stage("AP", "held", "e", evaluation, [input("p")])]
    assert.deepStrictEqual(settings(both, ["held"]).length, 1, "a stage of that label is no nested one")
  })

  it("are told of every evaluation of a group, and of its averages as far as their members agree", () => {
    const member = (as: string, count: number) =>
      ({ ...evaluation, config: { ...evaluation.config, as }, parts: { ...evaluation.parts, data: node("data", "scenes", { count }) } })
    // in the order of canonical JSON, which is not that in which they rest on each other
    const averages = { average: ["attribute", "position"], attribute: ["color", "material"] }
    const group = node("evaluate", "groups", { as: "ovdeval", averages }, { evaluations: [member("color", 1), member("material", 2), member("position", 3)] })
    const scopes = ["ovdeval/color", "ovdeval/attribute", "ovdeval/average"]
    const rest = "filter maxBoxes(n 10), mode positive, maxTokens 64, decoding greedy, scores 1 for every box in the order said"
    const expected = [
      ["AP", "ovdeval/color", `data scenes(count 1), ${rest}`],
      ["AP", "ovdeval/attribute", `averaging plain mean of color, material, ${rest}`],
      ["AP", "ovdeval/average", `averaging plain mean of attribute, position, ${rest}`]
    ]
    assert.deepStrictEqual(shown(settings([stage("AP", "groups", "g", group)], scopes)), expected)
    assert.deepStrictEqual(shown(settings([stage("AP", "loop", "l", loop(every(group)))], scopes)), expected, "nested in a loop")
  })

  it("have the prompt of their task where their input is a mixture", () => {
    const of = (task: string, name: string) => node("prompt", "template", { name }, { task: node("task", task) })
    const part = (prompt: object) => node("data", "part", { ratio: 1 }, { stages: [data, prompt] })
    const mix = stage("AP", "mix", "m", node("data", "mix", {}, { parts: [part(of("counting", "standard")), part(of("detection", "enhanced"))] }))
    const held = stage("AP", "held", "e", evaluation, [input("m")])
    assert.strictEqual(settings([mix, held], ["held"])[0]!.settings["prompt"]!.shown, "enhanced")
  })

  it("have the areas between which the variant's policy kept its images", () => {
    const found = settings([stage("AP", "held", "e", evaluation), stage("own", "held", "f", evaluation)], ["held"])
    const metrics = [{ variant: "AP", name: "minPixels", mean: 784 }, { variant: "AP", name: "maxPixels", mean: 50_176 }]
    const [known, unknown] = withPixels(found, [...metrics, { variant: "own", name: "minPixels", mean: null }])
    assert.strictEqual(known!.settings["pixels"]!.shown, "784 to 50176")
    assert.isUndefined(unknown!.settings["pixels"])
  })

  it("read what others wrote without harm", () => {
    for (const preimage of ["", "null", "[]", "{\"node\":1}", JSON.stringify({ node: { ...evaluation, parts: [data] }, inputs: [] })]) {
      assert.deepStrictEqual(settings([{ variant: "AP", label: "held", fingerprint: "e", preimage }], ["held"]), [])
    }
    const round = node("evaluate", "groups", { as: "g", averages: { a: ["b"], b: ["a"] } }, { evaluations: [evaluation] })
    assert.deepStrictEqual(settings([stage("AP", "groups", "e", round)], ["g/a"]).map(({ scope }) => scope), ["g/a"])
    const circle = [stage("AP", "held", "e", evaluation, [input("e")])]
    assert.strictEqual(settings(circle, ["held"]).length, 1)
  })
})
