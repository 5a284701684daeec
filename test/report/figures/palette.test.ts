import { assert, describe, it } from "vitest"
import { hues, looks, neutral } from "../../../src/report/figures/palette.ts"

type Triple = readonly [number, number, number]

const linear = (hex: string): Triple =>
  [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as unknown as Triple

/** WCAG's contrast of two colours. */
const contrast = (one: string, other: string): number => {
  const [high, low] = [one, other].map(linear).map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b).sort((a, b) => b - a)
  return (high! + 0.05) / (low! + 0.05)
}

const times = (matrix: ReadonlyArray<Triple>, [x, y, z]: Triple): Triple =>
  matrix.map(([a, b, c]) => Math.max(0, a * x + b * y + c * z)) as unknown as Triple

/** Björn Ottosson's OKLab. */
const okLab = (rgb: Triple): Triple => {
  const cones = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005]], rgb).map(Math.cbrt) as unknown as Triple
  const [l, m, s] = cones
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s]
}

/** What readers see: Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency" (2009). */
const eyes: { readonly [name: string]: ReadonlyArray<Triple> } = {
  "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
}

const leastDistance = (colours: ReadonlyArray<string>, eye: ReadonlyArray<Triple>): number => {
  const seen = colours.map((colour) => okLab(times(eye, linear(colour))))
  return Math.min(...seen.flatMap((one, i) => seen.slice(0, i).map((other) => Math.hypot(...one.map((v, k) => v - other[k]!)))))
}

describe("palette", () => {
  const all = [...hues, neutral]

  it.each(Object.keys(eyes))("keeps every two colours apart for a reader with %s", (name) => {
    // Okabe and Ito's eight, gray among them, come to 0.03 by the same measure, at worst.
    for (const page of ["light", "dark"] as const) assert.isAbove(leastDistance(all.map((one) => one[page]), eyes[name]!), 0.08)
  })

  it("stands out from its page by 3 : 1, as WCAG asks of what is no text", () => {
    for (const { dark, light } of all) {
      assert.isAtLeast(contrast(light, "#ffffff"), 3)
      assert.isAtLeast(contrast(dark, "#15181c"), 3)
    }
  })
})

describe("looks", () => {
  const row = (variant: string, role = "variant") => ({ variant, role })

  it("gives references the neutral colour, and every other row that of its place", () => {
    const found = looks([row("base", "reference"), row("a", "baseline"), row("b")])
    assert.deepStrictEqual(found.get("base"), { ...neutral, dash: undefined })
    assert.deepStrictEqual([found.get("a")?.light, found.get("b")?.light], [hues[0]!.light, hues[1]!.light])
  })

  it("tells twenty rows apart, by dashes after the colours are used up", () => {
    const found = [...looks(Array.from({ length: 20 }, (_, i) => row(`r${i}`))).values()]
    assert.strictEqual(new Set(found.map(({ dash, light }) => `${light} ${dash}`)).size, 20)
  })
})
