/** The numbers of a Qwen2.5-VL model that decide its computation. Read from config.json by `folder.ts`. */
export interface Architecture {
  readonly hidden: number
  readonly layers: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly intermediate: number
  readonly epsilon: number
  readonly ropeTheta: number
  /** Rotary frequencies that turn with time, height and width; they add up to half the head size. */
  readonly mropeSection: ReadonlyArray<number>
  readonly tiedEmbeddings: boolean
  readonly vocabulary: number
  readonly vision: VisionArchitecture
}

export interface VisionArchitecture {
  readonly hidden: number
  readonly layers: number
  readonly heads: number
  readonly intermediate: number
  /** Input numbers a patch: channels x temporal patch x patch x patch. */
  readonly patchNumbers: number
  readonly patch: number
  readonly merge: number
  /** Side of an attention window in pixels. */
  readonly window: number
  /** Blocks that attend to the whole image. */
  readonly fullAttention: ReadonlyArray<number>
}

export const headSize = (model: { readonly hidden: number; readonly heads: number }): number => model.hidden / model.heads
