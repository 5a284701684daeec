/** The two ways of reading the box of a text and of comparing it with the true one. */
import { type Box, iou, type Space, type Spoken } from "../../vision/Box.ts"
import * as Iou from "../PublishedIou.ts"
import type { Variant } from "../variant.ts"
import { box, publishedBox } from "./read.ts"

interface Reading {
  readonly box: <S extends Spoken>(text: string, space: S) => Box<S> | undefined
  /** In [0, 1]. */
  readonly iou: <S extends Space>(a: Box<S>, b: Box<NoInfer<S>>) => number
}

const corners = ({ x1, x2, y1, y2 }: Box) => [x1, y1, x2, y2] as const

/**
 * `fixed`: the first four numbers of the last answer, or of the whole text where there is none; the plain IoU.
 * `faithful`: the first four whole numbers of the first answer; an overlap of at most one pixel in either direction counts as
 * none.
 */
export const of: { readonly [V in Variant]: Reading } = {
  faithful: { box: publishedBox, iou: (a, b) => Iou.published(corners(a), corners(b)) },
  fixed: { box, iou }
}
