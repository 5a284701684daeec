/**
 * Makes the start of the shipped models out of a model of the layout of Assay 0.2 (hidden 160, four heads of 40), so that what
 * that one learnt about scenes need not be learnt again: `node pipelines/support/growTiny.ts OLD SMALL LARGE`, where OLD is the
 * folder as `git show 9da81a8:assets/tiny-vl` has it.
 *
 * LARGE computes the same as OLD at first: what it has more of writes zeros into the residual stream (Chen et al., Net2Net,
 * arXiv 1511.05641). SMALL has heads of 32: each is the nearest of its rank for values, and lacks the slowest rotations, so
 * it must recover first; its fifth head is fresh.
 */
import * as Effect from "effect/Effect"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { Architecture } from "../../src/model/architecture.ts"
import * as Config from "../../src/model/modelConfig.ts"
import * as Text from "../../src/model/modelText.ts"
import { layout, parameterSpecs, tensorViews } from "../../src/model/Parameters.ts"
import * as Safetensors from "../../src/model/Safetensors.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { randomize } from "../../src/policy/local/training/randomize.ts"
import { flat, type Matrix, matrix, rowsOf, singular, stacked, times, transposed } from "./matrix.ts"

/** Tensors as matrices, vectors as one row. */
type Tensors = Map<string, Matrix>

const asMatrix = (shape: ReadonlyArray<number>, data: Float32Array): Matrix => {
  const columns = shape.length === 1 ? shape[0]! : shape.slice(1).reduce((a, b) => a * b, 1)
  return { rows: data.length / columns, columns, at: (i, j) => data[i * columns + j]! }
}

/** `fresh`, but the old numbers where there are some, and zeros where `keeps` says so. */
const laid = (fresh: Matrix, old: Matrix, keeps: { readonly rows?: boolean; readonly columns?: boolean } = {}): Matrix =>
  matrix(fresh.rows, fresh.columns, (i, j) =>
    i < old.rows && j < old.columns ? old.at(i, j) : i >= old.rows && keeps.rows || j >= old.columns && keeps.columns ? 0 : fresh.at(i, j))

const scaled = (a: Matrix, by: number): Matrix => matrix(a.rows, a.columns, (i, j) => by * a.at(i, j))

/** A norm over a vector with zeros at its end sees a smaller mean square. */
const normed = (fresh: Matrix, old: Matrix): Matrix => laid(fresh, scaled(old, Math.sqrt(old.columns / fresh.columns)))

/** Heads of one size put into heads of another: rotary pairs stay pairs. */
const spreadHeads = (a: Matrix, heads: number, from: number, to: number): Matrix =>
  matrix(heads * to, a.columns, (i, j) => {
    const [head, at] = [Math.floor(i / to), i % to]
    const [half, pair] = [Math.floor(at / (to / 2)), at % (to / 2)]
    return pair < from / 2 ? a.at(head * from + half * from / 2 + pair, j) : 0
  })

interface Sizes {
  /** Of a head, before and after. */
  readonly from: number
  readonly to: number
}

const parts = ["q_proj", "k_proj", "v_proj"] as const

/**
 * Attention with wider heads, which computes the same: keys and what is read from the output have zeros where queries and values may
 * be anything.
 */
const widened = (old: Tensors, fresh: Tensors, was: Architecture, is: Architecture, at: string, { from, to }: Sizes): Tensors => {
  const heads = { q_proj: was.heads, k_proj: was.keyValueHeads, v_proj: was.keyValueHeads }
  const scale = { q_proj: Math.sqrt(to / from), k_proj: 1, v_proj: 1 } // softmax divides by the root of the head size
  const isOldPair = (row: number): boolean => row % to % (to / 2) < from / 2
  const made: Tensors = new Map()
  for (const part of parts) {
    const spread = (a: Matrix): Matrix => scaled(spreadHeads(a, heads[part], from, to), scale[part])
    const weight = spread(old.get(`${at}.${part}.weight`)!)
    const other = fresh.get(`${at}.${part}.weight`)!
    made.set(`${at}.${part}.weight`, matrix(weight.rows, is.hidden, (i, j) => {
      if (isOldPair(i) && j < was.hidden) return weight.at(i, j)
      return part === "k_proj" && !isOldPair(i) ? 0 : other.at(i, j)
    }))
    made.set(`${at}.${part}.bias`, transposed(spread(transposed(old.get(`${at}.${part}.bias`)!))))
  }
  const output = spreadHeads(transposed(old.get(`${at}.o_proj.weight`)!), was.heads, from, to)
  made.set(`${at}.o_proj.weight`, transposed(laid(matrix(output.rows, is.hidden, () => 0), output)))
  return made
}

/**
 * Values and output of one head as the nearest of a lower rank: of the product that carries values into the residual stream, the
 * largest singular values stay.
 */
const nearestOfRank = (output: Matrix, value: Matrix, bias: Matrix, rank: number) => {
  const { left, right, sizes } = singular(times(output, value))
  const root = (i: number): number => Math.sqrt(sizes[i]!)
  const constant = times(transposed(left), times(output, bias))
  return {
    output: matrix(output.rows, rank, (i, j) => root(j) * left.at(i, j)),
    value: matrix(rank, value.columns, (i, j) => root(i) * right.at(i, j)),
    bias: matrix(rank, 1, (i) => constant.at(i, 0) / root(i))
  }
}

/** Attention with narrower heads, each with keys and values of its own, and a fresh head whose output is zero. */
const narrowed = (old: Tensors, fresh: Tensors, was: Architecture, is: Architecture, at: string, { from, to }: Sizes): Tensors => {
  const share = was.heads / was.keyValueHeads
  const scale = Math.sqrt(to / from)
  const get = (part: string, group: number): Matrix => rowsOf(old.get(`${at}.${part}.weight`)!, group * from, from)
  const biasOf = (part: string, group: number): Matrix => rowsOf(transposed(old.get(`${at}.${part}.bias`)!), group * from, from)
  const fast = (a: Matrix): Matrix => stacked([rowsOf(a, 0, to / 2), rowsOf(a, from / 2, to / 2)])
  const heads = Array.from({ length: was.heads }, (_, head) => {
    const group = Math.floor(head / share)
    const output = transposed(rowsOf(transposed(old.get(`${at}.o_proj.weight`)!), head * from, from))
    const nearest = nearestOfRank(output, get("v_proj", group), biasOf("v_proj", group), to)
    return {
      q_proj: [scaled(fast(get("q_proj", head)), scale), scaled(fast(biasOf("q_proj", head)), scale)],
      k_proj: [fast(get("k_proj", group)), fast(biasOf("k_proj", group))],
      v_proj: [nearest.value, nearest.bias],
      o_proj: transposed(nearest.output)
    } as const
  })
  const made: Tensors = new Map()
  for (const part of parts) {
    made.set(`${at}.${part}.weight`, laid(fresh.get(`${at}.${part}.weight`)!, stacked(heads.map((head) => head[part][0]))))
    const bias = stacked(heads.map((head) => head[part][1]))
    made.set(`${at}.${part}.bias`, transposed(laid(matrix(is.heads * to, 1, () => 0), bias)))
  }
  const output = stacked(heads.map((head) => head.o_proj))
  made.set(`${at}.o_proj.weight`, transposed(laid(matrix(is.heads * to, is.hidden, () => 0), output)))
  return made
}

const attention = (old: Tensors, fresh: Tensors, was: Architecture, is: Architecture, at: string): Tensors => {
  const sizes = { from: was.hidden / was.heads, to: is.hidden / is.heads }
  return (sizes.to >= sizes.from ? widened : narrowed)(old, fresh, was, is, at, sizes)
}

/** Old numbers of merged patches: four patches of the old width, each in the place of one of the new width. */
const merged = (a: Matrix, from: number, to: number): Matrix =>
  matrix(a.rows, 4 * to, (i, j) => j % to < from ? a.at(i, Math.floor(j / to) * from + j % to) : 0)

const vision = (old: Tensors, fresh: Tensors, was: Architecture, is: Architecture): Tensors => {
  const [from, to] = [was.vision.hidden, is.vision.hidden]
  const made: Tensors = new Map()
  if (from === to) {
    for (const [name, a] of old) if (name.startsWith("visual.")) made.set(name, a)
  }
  const grow = (name: string, change: (fresh: Matrix, old: Matrix) => Matrix) => made.set(name, change(fresh.get(name)!, old.get(name)!))
  if (from !== to) {
    grow("visual.patch_embed.proj.weight", (f, o) => laid(f, o, { rows: true }))
    for (let i = 0; i < was.vision.layers; i++) {
      const at = `visual.blocks.${i}`
      grow(`${at}.norm1.weight`, normed)
      grow(`${at}.norm2.weight`, normed)
      const three = (a: Matrix, f: Matrix): Matrix => {
        const rows = a.rows / 3
        return stacked([0, 1, 2].map((part) => laid(rowsOf(f, part * f.rows / 3, f.rows / 3), rowsOf(a, part * rows, rows))))
      }
      grow(`${at}.attn.qkv.weight`, (f, o) => three(o, f))
      grow(`${at}.attn.qkv.bias`, (f, o) => transposed(three(transposed(o), transposed(f))))
      grow(`${at}.attn.proj.weight`, (f, o) => laid(f, o, { rows: true, columns: true }))
      grow(`${at}.mlp.down_proj.weight`, (f, o) => laid(f, o, { rows: true, columns: true }))
      for (const part of ["attn.proj.bias", "mlp.down_proj.bias", "mlp.gate_proj.bias", "mlp.up_proj.bias", "mlp.gate_proj.weight", "mlp.up_proj.weight"]) {
        grow(`${at}.${part}`, laid)
      }
    }
    grow("visual.merger.ln_q.weight", normed)
    grow("visual.merger.mlp.0.weight", (f, o) => {
      const wide = merged(o, from, to)
      return matrix(f.rows, f.columns, (i, j) => i < o.rows && j % to < from ? wide.at(i, j) : f.at(i, j))
    })
    grow("visual.merger.mlp.0.bias", laid)
  }
  grow("visual.merger.mlp.2.weight", (f, o) => laid(f, o, { rows: true, columns: true }))
  grow("visual.merger.mlp.2.bias", (f, o) => laid(matrix(1, f.columns, () => 0), o))
  return made
}

const decoder = (old: Tensors, fresh: Tensors, was: Architecture, is: Architecture): Tensors => {
  const made: Tensors = new Map()
  const grow = (name: string, change: (fresh: Matrix, old: Matrix) => Matrix) => made.set(name, change(fresh.get(name)!, old.get(name)!))
  for (let i = 0; i < was.layers; i++) {
    const at = `model.layers.${i}`
    grow(`${at}.input_layernorm.weight`, normed)
    grow(`${at}.post_attention_layernorm.weight`, normed)
    for (const [name, a] of attention(old, fresh, was, is, `${at}.self_attn`)) made.set(name, a)
    grow(`${at}.mlp.gate_proj.weight`, laid)
    grow(`${at}.mlp.up_proj.weight`, laid)
    grow(`${at}.mlp.down_proj.weight`, (f, o) => laid(f, o, { rows: true, columns: true }))
  }
  for (let i = was.layers; i < is.layers; i++) {
    for (const part of ["self_attn.o_proj.weight", "mlp.down_proj.weight"]) {
      const { columns, rows } = fresh.get(`model.layers.${i}.${part}`)!
      made.set(`model.layers.${i}.${part}`, matrix(rows, columns, () => 0))
    }
  }
  grow("model.norm.weight", normed)
  return made
}

/** The embedding of a token, or the mean of those that the old tokenizer cuts its text into. */
const embeddings = (old: Matrix, width: number, cut: ReadonlyArray<ReadonlyArray<number>>): Matrix =>
  matrix(cut.length, width, (i, j) => {
    const ids = cut[i]!
    return j < old.columns ? ids.reduce((sum, id) => sum + old.at(id, j), 0) / ids.length : 0
  })

const tokens = (file: { model: { vocab: Record<string, number> }; added_tokens: ReadonlyArray<{ id: number; content: string }> }) =>
  [...Object.entries(file.model.vocab).map(([token, id]) => ({ token, id, added: false })), ...file.added_tokens.map(({ content, id }) => ({ token: content, id, added: true }))]

const program = Effect.gen(function*() {
  const [oldFolder, ...folders] = process.argv.slice(2) as [string, ...Array<string>]
  const was = (yield* Config.load(oldFolder)).model.architecture
  const oldText = yield* Text.load(oldFolder)
  const weights = yield* Safetensors.openFolder(oldFolder)
  const old: Tensors = new Map()
  for (const [name, { shape }] of weights.tensors) old.set(name, asMatrix(shape, yield* weights.readFloats(name)))
  const oldTokens = new Map(tokens(yield* json(oldFolder)).map(({ id, token }) => [token, id]))
  for (const folder of folders) {
    const is = (yield* Config.load(folder)).model.architecture
    const specs = parameterSpecs(is)
    const at = layout(specs)
    const numbers = new Float32Array(specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0))
    randomize(numbers, at, is, new Map(), Random.fold(Random.key(0), "grow"))
    const views = [...tensorViews(numbers, at)]
    const fresh: Tensors = new Map(views.map(({ data, name, shape }) => [name, asMatrix(shape, data.slice())]))
    const text = yield* Text.load(folder)
    const cut = tokens(yield* json(folder)).toSorted((a, b) => a.id - b.id).map(({ id, token }) => {
      const same = oldTokens.get(token)
      const pieces = same === undefined ? oldText.encode(text.decode([id])) : [same]
      return pieces.length > 0 ? pieces : [0]
    })
    const made: Tensors = new Map([...vision(old, fresh, was, is), ...decoder(old, fresh, was, is)])
    made.set("model.embed_tokens.weight", embeddings(old.get("model.embed_tokens.weight")!, is.hidden, cut))
    const written = views.map(({ name, shape }) => ({ name, shape, data: flat(made.get(name) ?? fresh.get(name)!) }))
    yield* Safetensors.write(join(folder, "model.safetensors"), written)
  }
})

const json = (folder: string) =>
  Effect.promise(async () => (await import(pathToFileURL(resolve(folder, "tokenizer.json")).href, { with: { type: "json" } })).default)

await Effect.runPromise(Effect.scoped(program))
