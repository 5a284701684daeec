import { assert, describe, it } from "@effect/vitest"
import * as Graph from "../../../../src/onnx/Graph.ts"
import { compile, float32 } from "../../../../src/onnx/session.ts"
import * as Random from "../../../../src/pipeline/Random.ts"
import { draw } from "../../../../src/policy/local/graphs/sampleToken.ts"

/** Draws a token for every uniform number from the distribution beside it, as the sampling graphs do. */
const drawing = async (vocabulary: number) => {
  const graph = Graph.make()
  const probability = Graph.input(graph, "probability", "float32", ["rows", vocabulary])
  const uniform = Graph.input(graph, "uniform", "float32", ["rows", 1])
  Graph.output(draw(probability, uniform, vocabulary), "token")
  const session = await compile(graph, 1)
  return async (probabilities: ReadonlyArray<ReadonlyArray<number>>, uniforms: ReadonlyArray<number>) => {
    const rows = uniforms.length
    const { token } = await session.run({
      probability: float32(Float32Array.from(probabilities.flat()), [rows, vocabulary]),
      uniform: float32(Float32Array.from(uniforms), [rows, 1])
    })
    return Array.from(token!.data as BigInt64Array, Number)
  }
}

const largest = 1 - 2 ** -23

describe("drawing inside of a graph", () => {
  it("walks up the cumulative distribution", async () => {
    const all = await drawing(4)
    const uniforms = [0, 0.2499, 0.25, 0.7499, 0.75, largest]
    assert.deepStrictEqual(await all(uniforms.map(() => [0.25, 0, 0.5, 0.25]), uniforms), [0, 0, 2, 2, 3, 3])
  })

  it("finds the block and the place in it, whatever number of tokens there is", async () => {
    for (const vocabulary of [1, 2, 63, 64, 65, 97, 128, 1536]) {
      const all = await drawing(vocabulary)
      const tokens = Array.from({ length: vocabulary }, (_, token) => token)
      const alone = tokens.map((token) => tokens.map((other) => (other === token ? 1 : 0)))
      for (const uniform of [0, 0.5, largest]) {
        assert.deepStrictEqual(await all(alone, tokens.map(() => uniform)), tokens, `${vocabulary} tokens, ${uniform}`)
      }
    }
  })

  it("draws each token as often as its probability says", async () => {
    const vocabulary = 192
    const count = 20_000
    const expected = Array.from({ length: vocabulary }, () => 0)
    const likely = [[3, 0.4], [63, 0.05], [64, 0.3], [100, 0.15], [191, 0.1]] as const
    for (const [token, probability] of likely) expected[token] = probability
    const next = Random.stream(Random.fold(Random.key(1), "draw"))
    const all = await drawing(vocabulary)
    const seen = expected.map(() => 0)
    const drawn = await all(Array.from({ length: count }, () => expected), Array.from({ length: count }, next))
    for (const token of drawn) seen[token]!++
    assert.strictEqual(likely.reduce((sum, [token]) => sum + seen[token]!, 0), count)
    const chiSquare = likely.reduce((sum, [token, p]) => sum + (seen[token]! - count * p) ** 2 / (count * p), 0)
    // 99.9 % quantile of chi-square at 4 degrees of freedom.
    assert.isBelow(chiSquare, 18.5)
  })

  it("never draws what has no probability, and agrees with exact sums but for rounding", async () => {
    const vocabulary = 160
    const all = await drawing(vocabulary)
    const next = Random.stream(Random.key(2))
    const rows = Array.from({ length: 1000 }, () => {
      const raw = Array.from({ length: vocabulary }, () => (next() < 0.7 ? 0 : next() ** 20))
      raw[Math.floor(next() * vocabulary)] = 0.5
      const total = raw.reduce((a, b) => a + b, 0)
      return raw.map((x) => Math.fround(x / total))
    })
    const uniforms = rows.map((_, i) => (i % 3 === 0 ? 0 : i % 3 === 1 ? largest : Math.min(next(), largest)))
    const drawn = await all(rows, uniforms)
    drawn.forEach((token, i) => {
      const row = rows[i]!
      assert.isAbove(row[token]!, 0)
      const total = row.reduce((a, b) => a + b, 0)
      const below = row.slice(0, token).reduce((a, b) => a + b, 0) / total
      assert.isAtMost(below, uniforms[i]! + 1e-5)
      assert.isAtLeast(below + row[token]! / total, uniforms[i]! - 1e-5)
    })
  })
})
