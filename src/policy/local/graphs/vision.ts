/** The vision tower as a graph. */
import * as Graph from "../../../onnx/Graph.ts"
import * as Ops from "../../../onnx/Ops.ts"
import * as Rows from "../../../onnx/Rows.ts"
import { type Architecture, headSize, type VisionArchitecture } from "../../../model/architecture.ts"
import { feedForward, inverseFrequencies, type Parameters, rotation, scaledTurn, type Turn } from "./parts.ts"

/**
 * How patches are grouped for attention: `index` [segments * length] names the patch at each place (-1
 * where there is none), `inverse` [patches] the place of each patch, `mask` [segments, 1, 1, length] is 0 or very negative.
 */
interface Segments {
  readonly name: string
  readonly index: Graph.Value
  readonly inverse: Graph.Value
  readonly mask: Graph.Value
}

const declareSegments = (graph: Graph.Graph, name: string): Segments => ({
  name,
  mask: Graph.input(graph, `${name}.mask`, "float32", [`${name}s`, 1, 1, `${name}Length`]),
  index: Graph.input(graph, `${name}.index`, "int64", [`${name}Places`]),
  inverse: Graph.input(graph, `${name}.inverse`, "int64", ["patches"])
})

/** Height and width of a patch each turn half of the frequencies. */
const frequencies = (vision: VisionArchitecture) => {
  const half = headSize(vision) / 2
  const inverse = inverseFrequencies(10000, half, half / 2)
  const data = Float32Array.from([...inverse, ...inverse.map(() => 0), ...inverse.map(() => 0), ...inverse])
  return { name: "visionFrequencies", data, shape: [2, half] as const }
}

const attention = (
  x: Graph.Value,
  at: string,
  vision: VisionArchitecture,
  parameters: Parameters,
  turn: Turn,
  segments: Segments
): Graph.Value => {
  const { heads, hidden } = vision
  const size = headSize(vision)
  const [count, , , length] = segments.mask.shape as readonly [string, number, number, string]
  const qkv = Ops.linear(x, parameters(`${at}.attn.qkv.weight`), parameters(`${at}.attn.qkv.bias`))
  const [query, key, value] = Ops.split(qkv, 1, [hidden, hidden, hidden])
  const byHead = (rows: Graph.Value) => {
    const placed = Rows.toGrid(rows, segments.index, segments.inverse)
    return Ops.transpose(Ops.reshape(placed, [count, length, heads, size]), [0, 2, 1, 3])
  }
  const scores = Ops.matmulTransposed(byHead(Ops.rotary(query!, turn.query)), byHead(Ops.rotary(key!, turn.key)))
  const mixed = Ops.attend(scores, byHead(value!), segments.mask, [count, heads, length])
  const rows = Ops.reshape(Ops.transpose(mixed, [0, 2, 1, 3]), [`${segments.name}Places`, hidden])
  const back = Rows.fromGrid(rows, segments.index, segments.inverse)
  return Ops.linear(back, parameters(`${at}.attn.proj.weight`), parameters(`${at}.attn.proj.bias`))
}

/**
 * The vision tower: patches [patches, numbers] to one row of the decoder's width for each merge x merge block of them,
 * [visuals, hidden]. Patches of one block must stand together, in the order of Qwen2-VL's image processor.
 *
 * Source: Bai et al., "Qwen2.5-VL technical report", arXiv 2502.13923, section 2.1.
 */
export const visionTower = (graph: Graph.Graph, model: Architecture, parameters: Parameters): Graph.Value => {
  const { vision } = model
  const patches = Graph.input(graph, "patches", "float32", ["patches", vision.patchNumbers])
  const positions = Graph.input(graph, "patchPositions", "float32", ["patches", 2])
  const image = declareSegments(graph, "image")
  const windowed = Array.from({ length: vision.layers }, (_, i) => i).some((i) => !vision.fullAttention.includes(i))
  const window = windowed ? declareSegments(graph, "window") : image
  const turn = scaledTurn(rotation(positions, frequencies(vision)), headSize(vision))

  let x = Ops.linear(patches, parameters("visual.patch_embed.proj.weight"))
  for (let i = 0; i < vision.layers; i++) {
    const at = `visual.blocks.${i}`
    const segments = vision.fullAttention.includes(i) ? image : window
    const normal = Ops.rmsNorm(x, parameters(`${at}.norm1.weight`), 1e-6)
    x = Ops.add(x, attention(normal, at, vision, parameters, turn, segments))
    const again = Ops.rmsNorm(x, parameters(`${at}.norm2.weight`), 1e-6)
    x = Ops.add(x, feedForward(again, at, parameters, true))
  }
  const merger = (part: string) => parameters(`visual.merger.${part}`)
  const blocks = Ops.reshape(Ops.rmsNorm(x, merger("ln_q.weight"), 1e-6), ["visuals", vision.hidden * vision.merge ** 2])
  const wide = Ops.gelu(Ops.linear(blocks, merger("mlp.0.weight"), merger("mlp.0.bias")))
  return Ops.linear(wide, merger("mlp.2.weight"), merger("mlp.2.bias"))
}
