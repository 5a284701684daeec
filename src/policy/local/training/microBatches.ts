/** Sequences in batches that go through the graph at once. */
import * as Arr from "effect/Array"
import type { EncodedPrompt } from "../../../model/encode.ts"
import type { PackedGroup, Within } from "../graphs/pack.ts"

/** One prompt with one completion and a weight for each of its tokens. */
export interface WeightedSequence {
  readonly prompt: EncodedPrompt
  /** Rows of the prompt that are scored, too, and teach nothing; none unless given. */
  readonly within?: ReadonlyArray<Within>
  /** Equal for sequences that share the prompt, and what is scored within it. */
  readonly group: string
  readonly tokens: ReadonlyArray<number>
  /** What is scored after the prompt and each token but the last; the tokens themselves unless given. */
  readonly targets?: ReadonlyArray<number>
  readonly weights: ReadonlyArray<number>
}

/** A prompt with the sequences that go through together. */
export interface Group extends PackedGroup {
  readonly within: ReadonlyArray<Within>
  /** Index of the sequence behind each completion; a filler has none. */
  readonly members: ReadonlyArray<number>
}

/**
 * Sequences by prompt, in batches of at most `size`: groups of like length together, since each is padded to the longest of
 * its batch, and those with images apart from those without. A smaller group is filled up with one-token completions of
 * weight zero; one that is larger is cut, and its prompt computed for each part.
 */
export const microBatches = (
  sequences: ReadonlyArray<WeightedSequence>,
  size: number
): ReadonlyArray<ReadonlyArray<Group>> => {
  const byPrompt = new Map<string, Array<number>>()
  sequences.forEach(({ group }, i) => byPrompt.set(group, [...(byPrompt.get(group) ?? []), i]))
  const groups = [...byPrompt.values()].flatMap((members) => Arr.chunksOf(members, size)).map((members) => {
    const { prompt, within = [] } = sequences[members[0]!]!
    const longest = Math.max(...members.map((member) => sequences[member]!.tokens.length))
    return { members, prompt, within, length: prompt.ids.length + longest }
  }).sort((a, b) => a.length - b.length)
  const batches: Array<Array<typeof groups[number]>> = []
  for (const images of [true, false]) {
    let batch: Array<typeof groups[number]> = []
    for (const group of groups.filter((group) => group.prompt.images.length > 0 === images)) {
      const widest = Math.max(group.members.length, ...batch.map((other) => other.members.length))
      if (batch.length > 0 && widest * (batch.length + 1) > size) {
        batches.push(batch)
        batch = []
      }
      batch.push(group)
    }
    if (batch.length > 0) batches.push(batch)
  }
  return batches.map((batch) => {
    const widest = Math.max(...batch.map((group) => group.members.length))
    return batch.map(({ members, prompt, within }) => ({
      prompt,
      within,
      members,
      completions: Array.from({ length: widest }, (_, s) => sequences[members[s] ?? -1]?.tokens ?? [0]),
      targets: Array.from({ length: widest }, (_, s) => {
        const sequence = sequences[members[s] ?? -1]
        return sequence?.targets ?? sequence?.tokens ?? [0]
      })
    }))
  })
}
