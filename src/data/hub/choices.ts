/** Which files of a data set's repository are wanted. */
import type { Choice } from "../../hub/choose.ts"

const escaped = (text: string): string => text.replace(/[.+^${}()|[\]\\?*]/g, "\\$&")

/** `val-00000-of-00002.parquet`, also with a hash behind; `val.parquet`; `val/0000.parquet`: as `datasets` and the hub write splits. */
const ofSplit = (split: string): RegExp =>
  new RegExp(`(^|/)${escaped(split)}(-\\d{5}-of-\\d{5}(-[0-9a-f]+)?|/[^/]+)?\\.parquet$`)

/** A path in which `*` stands for any characters but a slash. */
const like = (pattern: string): RegExp => new RegExp(`^${escaped(pattern).replaceAll("\\*", "[^/]*")}$`)

const list = (paths: ReadonlyArray<string>): string => {
  const shown = paths.slice(0, 8)
  return shown.length === 0 ? "none" : `${shown.join(", ")}${paths.length > shown.length ? `, and ${paths.length - shown.length} more` : ""}`
}

/** The Parquet files of a split, or those that are named, sorted by their paths. */
export const parquetFiles = (wanted: { readonly split: string } | { readonly files: ReadonlyArray<string> }): Choice => {
  const patterns = "split" in wanted ? [ofSplit(wanted.split)] : wanted.files.map(like)
  const what = "split" in wanted ? `Parquet file of the split "${wanted.split}"` : `file ${wanted.files.join(", ")}`
  return {
    what,
    pick: (paths) => paths.filter((path) => patterns.some((pattern) => pattern.test(path))).sort(),
    lacks: (picked, paths) =>
      picked.length === 0 ? `${what} (its Parquet files: ${list(paths.filter((path) => path.endsWith(".parquet")))})` : undefined
  }
}

/** Files and folders by their paths, each of which must be there. */
export const filesBelow = (paths: ReadonlyArray<string>): Choice => {
  const roots = paths.map((path) => path.replace(/^\.\//, "").replace(/\/+$/, ""))
  const isBelow = (path: string) => (root: string) => root === "." || path === root || path.startsWith(`${root}/`)
  return {
    what: roots.join(", "),
    pick: (all) => all.filter((path) => roots.some(isBelow(path))),
    lacks: (picked) => roots.find((root) => !picked.some((path) => isBelow(path)(root)))
  }
}
