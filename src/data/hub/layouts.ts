/** Layouts that a repository of the hub may have, and which of their config are paths in it. */
import { conversations } from "../layouts/conversations.ts"
import { d3 } from "../layouts/d3.ts"
import { lvis } from "../layouts/lvis.ts"
import { odinw } from "../layouts/odinw.ts"
import { coco, ovdeval } from "../layouts/readers.ts"
import { rec } from "../layouts/rec.ts"
import { refs } from "../layouts/refs.ts"
import { superclevr } from "../layouts/superclevr.ts"
import { voc } from "../layouts/voc.ts"
import { yolo } from "../layouts/yolo.ts"

export const layouts = { coco, conversations, d3, lvis, odinw, ovdeval, rec, refs, superclevr, voc, yolo } as const

export type LayoutName = keyof typeof layouts

/** `odinw` finds its annotations in its folder. */
const own: { readonly [layout: string]: ReadonlyArray<string> } = { odinw: ["folder"] }

/** Keys of a layout's config that are paths. */
export const pathKeys = (layout: LayoutName): ReadonlyArray<string> => own[layout] ?? ["annotations", "images", "refs", "sentences", "list", "names"]
