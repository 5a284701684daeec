/** Which runs a bootstrap holds against which. */
import { assert, describe, it } from "vitest"
import { notes, pairing } from "../../src/cli/bootstrap/pairing.ts"

const run = (variant: string, role: "variant" | "baseline" | "reference", seed: number, examples = ["a", "b"]) => ({ variant, role, seed, examples })

describe("runs that are compared", () => {
  it("are those of one seed that answered the same questions; of the others it is said why not", () => {
    const all = [
      run("AP", "baseline", 0),
      run("AP", "baseline", 1),
      run("both", "variant", 0),
      run("both", "variant", 1, ["a", "c"]),
      run("both", "variant", 2)
    ]
    const { left, pairs } = pairing(all)
    assert.deepStrictEqual(pairs, [[all[2]!, all[0]!]])
    assert.deepStrictEqual(left, [
      { variant: "both", seed: 1, why: "AP answered other questions" },
      { variant: "both", seed: 2, why: "AP has no finished run of this seed" }
    ])
  })

  it("are held against the reference where there is no baseline", () => {
    const all = [run("base", "reference", 0), run("both", "variant", 0)]
    assert.deepStrictEqual(pairing(all), { pairs: [[all[1]!, all[0]!]], left: [] })
  })
})

describe("what is said below the differences", () => {
  it("names runs that are left out, and intervals of fewer resamples than were asked for", () => {
    const rows = [{ variant: "both", seed: 0, resamples: 100 }, { variant: "both", seed: 1, resamples: 57 }]
    assert.deepStrictEqual(notes([{ variant: "both", seed: 2, why: "AP answered other questions" }], rows, 100), [
      "Left out:",
      "  both, seed 2: AP answered other questions",
      "Resamples in which there was something to measure:",
      "  both, seed 1: 57 of 100"
    ])
    assert.deepStrictEqual(notes([], rows.slice(0, 1), 100), [])
  })
})
