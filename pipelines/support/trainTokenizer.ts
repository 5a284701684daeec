/** What a small tokenizer is made of. */
export interface Recipe {
  /** Every integer 0..`integers` gets one token, whose id is the integer itself. */
  readonly integers: number
  /** Words that vary; each is learnt first and whole, so that no neighbour can take its letters. */
  readonly words: ReadonlyArray<string>
  /** Text whose words are learnt next, as far as `merges` allows. */
  readonly texts: ReadonlyArray<string>
  /** Constant passages that may cross spaces; each is one token wherever it stands, the longest winning. */
  readonly phrases: ReadonlyArray<string>
  /** Number of byte pairs to merge. */
  readonly merges: number
  readonly special: ReadonlyArray<string>
}

/** Cuts text into numbers up to 1000, list separators, words with the space before them, signs and spaces. */
const piecePattern = "1000(?![0-9])|[0-9]{1,3}|[,:;] | ?\\p{L}+| ?[^\\s\\p{L}0-9]+|\\s+"

/** GPT-2's printable stand-in for each byte: itself where printable, else a character from U+0100 on. */
const byteCharacters: ReadonlyArray<string> = (() => {
  const printable = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173)
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++))
})()

const toBytes = (text: string): Array<string> =>
  Array.from(new TextEncoder().encode(text), (byte) => byteCharacters[byte]!)

type Pair = readonly [string, string]

const separator = "\u0000"

interface Piece {
  readonly parts: ReadonlyArray<string>
  readonly count: number
}

const mostFrequent = (pieces: ReadonlyArray<Piece>): Pair | undefined => {
  const counts = new Map<string, number>()
  for (const { parts, count } of pieces) {
    for (let i = 1; i < parts.length; i++) {
      const pair = parts[i - 1]! + separator + parts[i]!
      counts.set(pair, (counts.get(pair) ?? 0) + count)
    }
  }
  let best: readonly [pair: string, count: number] | undefined
  for (const entry of counts) {
    if (!best || entry[1] > best[1] || (entry[1] === best[1] && entry[0] < best[0])) best = entry
  }
  return best && best[0].split(separator) as unknown as Pair
}

const merge = (parts: ReadonlyArray<string>, [left, right]: Pair): Array<string> => {
  const merged: Array<string> = []
  for (const part of parts) {
    if (part === right && merged.at(-1) === left) merged[merged.length - 1] = left + right
    else merged.push(part)
  }
  return merged
}

/**
 * Byte-pair merges in the order learnt; ties go to the pair that sorts first.
 *
 * Source: Sennrich et al., arXiv 1508.07909.
 */
export const learnMerges = (counts: ReadonlyMap<string, number>, limit: number): Array<Pair> => {
  let pieces = Array.from(counts, ([piece, count]) => ({ parts: toBytes(piece), count }))
  const merges: Array<Pair> = []
  while (merges.length < limit) {
    const pair = mostFrequent(pieces)
    if (!pair) break
    merges.push(pair)
    pieces = pieces.map(({ parts, count }) => ({ parts: merge(parts, pair), count }))
  }
  return merges
}

const pieceCounts = (recipe: Recipe): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const text of recipe.texts) {
    for (const [piece] of text.matchAll(new RegExp(piecePattern, "gu"))) {
      if (!/^[0-9]/.test(piece)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
    }
  }
  for (const word of recipe.words) counts.set(word, 1_000_000)
  return counts
}

/** The content of a Hugging Face `tokenizer.json`: byte-level BPE, by which any text survives encoding and decoding. */
export const trainTokenizer = (recipe: Recipe) => {
  const learnt = learnMerges(pieceCounts(recipe), recipe.merges)
  const phrases = new Set(recipe.phrases)
  // An added token that is in the vocabulary already would get that id in other tokenizers, and shift all after it: the
  // learnt one gives up its name and its merge.
  const isPhrase = ([left, right]: Pair) => phrases.has(left + right)
  const merges = learnt.filter((pair) => !isPhrase(pair))
  const tokens = new Set([
    ...Array.from({ length: recipe.integers + 1 }, (_, integer) => String(integer)),
    ...byteCharacters,
    ...learnt.map((pair, i) => (isPhrase(pair) ? `<|unused_${i}|>` : pair[0] + pair[1]))
  ])
  const added = [
    ...Array.from(phrases, (content) => ({ content, special: false })),
    ...recipe.special.map((content) => ({ content, special: true }))
  ]
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added.map(({ content, special }, i) => ({
      id: tokens.size + i,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special
    })),
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: piecePattern }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false }
      ]
    },
    post_processor: { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(Array.from(tokens, (token, id) => [token, id])),
      merges
    }
  }
}
