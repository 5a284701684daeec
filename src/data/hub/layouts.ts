/** Layouts that files of a repository on the hub may have, and which of their config are paths in it. */
import * as Layouts from "../Layouts.ts"

const { parquet: _, ...others } = Layouts

/** All that are read, but for Parquet, whose files go by their split. */
export const layouts = others

export type LayoutName = keyof typeof layouts

/** `odinw` finds its annotations in its folder. */
const own: { readonly [layout: string]: ReadonlyArray<string> } = { odinw: ["folder"] }

/** Keys of a layout's config that are paths. */
export const pathKeys = (layout: LayoutName): ReadonlyArray<string> =>
  own[layout] ?? ["annotations", "images", "refs", "sentences", "list", "names"]
