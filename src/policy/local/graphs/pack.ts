/** Prompts and completions as the input tensors of the graphs. */
import { float32, int64, type Tensor } from "../../../onnx/session.ts"
import type { Architecture } from "../../../model/architecture.ts"
import type { EncodedPrompt } from "../../../model/encode.ts"
import { patchPositions, windows } from "../../../model/positions.ts"

export type Feeds = { [name: string]: Tensor }

/** Further below zero than any score, and finite so that nothing turns into NaN. */
export const never = -1e9

/** The index of a row where there is none. */
const none = -1

/** [length, length]: 0 on and below the diagonal. */
const causal = (length: number): Tensor => {
  const mask = new Float32Array(length * length)
  for (let i = 0; i < length; i++) mask.fill(never, i * length + i + 1, (i + 1) * length)
  return float32(mask, [length, length])
}

const segmentFeeds = (name: string, segments: ReadonlyArray<ReadonlyArray<number>>, patches: number): Feeds => {
  const length = Math.max(...segments.map((segment) => segment.length))
  const index = new Array<number>(segments.length * length).fill(none)
  const inverse = new Array<number>(patches)
  const mask = new Float32Array(segments.length * length).fill(never)
  segments.forEach((segment, s) =>
    segment.forEach((patch, i) => {
      const place = s * length + i
      index[place] = patch
      inverse[patch] = place
      mask[place] = 0
    })
  )
  return {
    [`${name}.index`]: int64(index),
    [`${name}.inverse`]: int64(inverse),
    [`${name}.mask`]: float32(mask, [segments.length, 1, 1, length])
  }
}

const visionFeeds = (images: EncodedPrompt["images"], model: Architecture): Feeds => {
  const { vision } = model
  const total = images.reduce((sum, image) => sum + image.rows * image.columns, 0)
  const patches = new Float32Array(total * vision.patchNumbers)
  const positions = new Float32Array(total * 2)
  const whole: Array<Array<number>> = []
  const windowed: Array<Array<number>> = []
  let start = 0
  for (const image of images) {
    const count = image.rows * image.columns
    patches.set(image.patches(), start * vision.patchNumbers)
    positions.set(patchPositions(image, vision.merge), start * 2)
    const first = start
    whole.push(Array.from({ length: count }, (_, i) => first + i))
    for (const window of windows(image, vision.merge, vision.window / vision.patch / vision.merge)) {
      windowed.push(window.map((patch) => first + patch))
    }
    start += count
  }
  const anyWindow = Array.from({ length: vision.layers }, (_, i) => i).some((i) => !vision.fullAttention.includes(i))
  return {
    patches: float32(patches, [total, vision.patchNumbers]),
    patchPositions: float32(positions, [total, 2]),
    ...segmentFeeds("image", whole, total),
    ...(anyWindow ? segmentFeeds("window", windowed, total) : {})
  }
}

/** The rows of prompts, right-padded to the longest, `extra` more rows left for completions. */
const rowFeeds = (
  prompts: ReadonlyArray<EncodedPrompt>,
  length: number,
  extra: { readonly ids: ReadonlyArray<number>; readonly positions: Float32Array },
  imageToken: number
): Feeds => {
  const promptRows = prompts.length * length
  const rows = promptRows + extra.ids.length
  const ids = new Array<number>(rows).fill(0)
  const positions = new Float32Array(rows * 3)
  const textMask = new Float32Array(rows).fill(1)
  const places: Array<number> = []
  prompts.forEach((prompt, p) => {
    positions.set(prompt.positions, p * length * 3)
    prompt.ids.forEach((id, i) => {
      const row = p * length + i
      ids[row] = id
      if (id === imageToken && prompt.images.length > 0) {
        textMask[row] = 0
        places.push(row)
      }
    })
  })
  extra.ids.forEach((id, i) => (ids[promptRows + i] = id))
  positions.set(extra.positions, promptRows * 3)
  const feeds: Feeds = { ids: int64(ids), positions: float32(positions, [rows, 3]) }
  if (places.length === 0) return feeds
  const visualIndex = new Array<number>(rows).fill(none)
  places.forEach((row, visual) => (visualIndex[row] = visual))
  return {
    ...feeds,
    textMask: float32(textMask, [rows, 1]),
    visualIndex: int64(visualIndex),
    visualInverse: int64(places)
  }
}

const promptFeeds = (prompts: ReadonlyArray<EncodedPrompt>, length: number): Feeds => {
  const inverse = new Array<number>(prompts.length * length).fill(none)
  const last = prompts.map((prompt, p) => p * length + prompt.ids.length - 1)
  last.forEach((row, p) => (inverse[row] = p))
  return { causalPrompt: causal(length), lastIndex: int64(last), lastInverse: int64(inverse) }
}

const longest = (lists: ReadonlyArray<{ readonly length: number }>): number =>
  lists.reduce((most, list) => Math.max(most, list.length), 1)

/** Inputs of the prefill graph. */
export const packPrompts = (
  prompts: ReadonlyArray<EncodedPrompt>,
  model: Architecture,
  imageToken: number
): Feeds => {
  const length = longest(prompts.map((prompt) => prompt.ids))
  const images = prompts.flatMap((prompt) => prompt.images)
  return {
    ...rowFeeds(prompts, length, { ids: [], positions: new Float32Array(0) }, imageToken),
    ...promptFeeds(prompts, length),
    ...(images.length === 0 ? {} : visionFeeds(images, model))
  }
}

/**
 * Completions padded to one length: where the heads of their rows stand in the grid of groups x keyValueHeads x samples x
 * shared x length, and what stands where. `lengths` has the rows of every completion, group by group.
 */
const gridFeeds = (name: string, lengths: ReadonlyArray<ReadonlyArray<number>>, keyValueHeads: number, shared: number): Feeds => {
  const samples = lengths[0]!.length
  const length = Math.max(...lengths.flat())
  const heads = keyValueHeads * shared
  const rows = lengths.flat().reduce((a, b) => a + b, 0)
  const index = new Int32Array(lengths.length * samples * length * heads).fill(none)
  const inverse = new Int32Array(rows * heads)
  let row = 0
  lengths.forEach((group, g) =>
    group.forEach((count, sample) => {
      for (let head = 0; head < heads; head++) {
        const [outer, inner] = [Math.floor(head / shared), head % shared]
        const start = (((g * keyValueHeads + outer) * samples + sample) * shared + inner) * length
        for (let i = 0; i < count; i++) {
          index[start + i] = (row + i) * heads + head
          inverse[(row + i) * heads + head] = start + i
        }
      }
      row += count
    })
  )
  return { [`${name}Index`]: int64(index), [`${name}Inverse`]: int64(inverse, [rows, heads]) }
}

/** A row of a prompt, but not its last, and what is scored as predicted from there. */
export interface Within {
  readonly row: number
  readonly target: number
}

/** A prompt and the completions that share it. */
export interface PackedGroup {
  readonly prompt: EncodedPrompt
  readonly within?: ReadonlyArray<Within>
  readonly completions: ReadonlyArray<ReadonlyArray<number>>
  /** What is scored in place of the completions' own tokens, of the same lengths. */
  readonly targets?: ReadonlyArray<ReadonlyArray<number>>
}

interface Packed {
  readonly feeds: Feeds
  /** Tokens of completions. */
  readonly tokens: number
  /** Where the log-probability of a token comes out, by group, sample and token. */
  readonly place: (g: number, s: number, i: number) => number
  /** Where that of a row within a prompt does, among such, by group and row. */
  readonly placeWithin: (g: number, i: number) => number
}

const withinFeeds = (within: ReadonlyArray<ReadonlyArray<Within>>, length: number): Feeds => {
  const index = within.flatMap((rows, p) => rows.map(({ row }) => p * length + row))
  if (index.length === 0) return {}
  const inverse = new Array<number>(within.length * length).fill(none)
  index.forEach((row, i) => (inverse[row] = i))
  return { withinIndex: int64(index), withinInverse: int64(inverse), withinTargets: int64(within.flat().map(({ target }) => target)) }
}

/**
 * Inputs of the scoring and training graphs, and where log-probabilities come out.
 *
 * Every group must have the same number of completions, none of them empty.
 */
export const packGroups = (
  groups: ReadonlyArray<PackedGroup>,
  model: Architecture,
  imageToken: number
): Packed => {
  const prompts = groups.map((group) => group.prompt)
  const promptLength = longest(prompts.map((prompt) => prompt.ids))
  const samples = groups[0]!.completions.length
  const lengths = groups.map((group) => group.completions.map((tokens) => tokens.length - 1))
  const ids: Array<number> = []
  const starts: Array<number> = []
  const firsts: Array<number> = []
  const targets: Array<number> = []
  const offsets: Array<number> = []
  groups.forEach((group) =>
    group.completions.forEach((tokens, s) => {
      const scored = group.targets?.[s] ?? tokens
      firsts.push(scored[0]!)
      offsets.push(ids.length)
      for (let i = 0; i < tokens.length - 1; i++) {
        ids.push(tokens[i]!)
        starts.push(group.prompt.next + i)
        targets.push(scored[i + 1]!)
      }
    })
  )
  if (ids.length === 0) {
    // Completions of one token each have no rows, and the graph needs one: its token weighs nothing.
    ids.push(0)
    starts.push(0)
    targets.push(0)
    lengths[0]![0] = 1
  }
  const length = Math.max(...lengths.flat())
  const shared = model.heads / model.keyValueHeads
  const positions = new Float32Array(ids.length * 3)
  starts.forEach((position, row) => positions.fill(position, row * 3, row * 3 + 3))

  const keys = promptLength + length
  const mask = new Float32Array(groups.length * length * keys)
  prompts.forEach((prompt, g) => {
    for (let i = 0; i < length; i++) {
      const row = (g * length + i) * keys
      mask.fill(never, row + prompt.ids.length, row + promptLength)
      mask.fill(never, row + promptLength + i + 1, row + keys)
    }
  })
  const images = prompts.flatMap((prompt) => prompt.images)
  const within = groups.map((group) => group.within ?? [])
  const before = within.map((_, g) => within.slice(0, g).flat().length)
  return {
    tokens: firsts.length + targets.length,
    place: (g, s, i) => (i === 0 ? g * samples + s : firsts.length + offsets[g * samples + s]! + i - 1),
    placeWithin: (g, i) => before[g]! + i,
    feeds: {
      ...rowFeeds(prompts, promptLength, { ids, positions }, imageToken),
      ...promptFeeds(prompts, promptLength),
      ...withinFeeds(within, promptLength),
      ...(images.length === 0 ? {} : visionFeeds(images, model)),
      mask: float32(mask, [groups.length, 1, 1, 1, length, keys]),
      sampleZeros: float32(new Float32Array(samples), [samples, 1]),
      ...gridFeeds("query", lengths, model.keyValueHeads, shared),
      ...gridFeeds("key", lengths, model.keyValueHeads, 1),
      targets: int64([...firsts, ...targets])
    }
  }
}
