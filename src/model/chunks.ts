/** Prompts as token ids with images among them, for clients that render their messages themselves. */

/** Token ids, or an image, its file or a data URI, in place of the tokens that stand for it. */
export type Chunk = { readonly tokens: ReadonlyArray<number> } | { readonly image: string }

/** The images in chunks, in order. */
export const imagesIn = (chunks: ReadonlyArray<Chunk>): ReadonlyArray<string> =>
  chunks.flatMap((chunk) => "image" in chunk ? [chunk.image] : [])
