/** How many prompts are read in one pass. */
import type { EncodedPrompt } from "../../../model/encode.ts"

/** Pairs of positions that attention looks at in one pass: beyond, its memory would be gigabytes. */
export const mostPairs = 2 ** 23

/** Prompts in their order, cut so that attention's memory holds each part. Every prompt counts as the longest of its part, which it is padded to. */
export const passes = <Prompt extends Pick<EncodedPrompt, "ids"> & { readonly images: ReadonlyArray<Grid> }>(
  prompts: ReadonlyArray<Prompt>
): ReadonlyArray<ReadonlyArray<Prompt>> => {
  const found: Array<Array<Prompt>> = []
  let longest = 0
  for (const prompt of prompts) {
    const last = found.at(-1)
    const length = Math.max(prompt.ids.length, prompt.images.reduce((sum, { columns, rows }) => sum + columns * rows, 0))
    const grown = Math.max(longest, length)
    const fits = last !== undefined && (last.length + 1) * grown ** 2 <= mostPairs
    if (fits) last.push(prompt)
    else found.push([prompt])
    longest = fits ? grown : length
  }
  return found
}

type Grid = Pick<EncodedPrompt["images"][number], "rows" | "columns">
