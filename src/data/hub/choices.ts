/** Which files of a data set's repository are wanted. */
import type { Choice } from "../../hub/choose.ts"

const escaped = (text: string): string => text.replace(/[.+^${}()|[\]\\?*]/g, "\\$&")

/** `val-00000-of-00002.parquet`, also with a hash behind; `val.parquet`; `val/0000.parquet`: as `datasets` and the hub write splits. */
const ofSplit = (split: string): RegExp =>
  new RegExp(`(^|/)${escaped(split)}(-\\d{5}-of-\\d{5}(-[0-9a-f]+)?|/[^/]+)?\\.parquet$`)

/** As a config: the repository's own folder. */
export const root = "."

/** The folder that a split's file lies in, without the split's own: that of a config, where a repository has several. */
const configOf = (path: string, split: string): string => path.slice(0, ofSplit(split).exec(path)?.index ?? 0) || root

/** A path in which `*` stands for any characters but a slash. */
const like = (pattern: string): RegExp => new RegExp(`^${escaped(pattern).replaceAll("\\*", "[^/]*")}$`)

const list = (paths: ReadonlyArray<string>): string => {
  const shown = paths.slice(0, 8)
  return shown.length === 0 ? "none" : `${shown.join(", ")}${paths.length > shown.length ? `, and ${paths.length - shown.length} more` : ""}`
}

const noneOf = (what: string, paths: ReadonlyArray<string>): string =>
  `${what} (its Parquet files: ${list(paths.filter((path) => path.endsWith(".parquet")))})`

/** The Parquet files of a split, sorted by their paths, of one config: of the one that is named, or of the only one that has any. */
export const splitFiles = (split: string, config: string | undefined): Choice => {
  const pattern = ofSplit(split)
  const what = `Parquet file of the split "${split}"${config === undefined ? "" : ` in "${config}"`}`
  return {
    what,
    pick: (paths) => paths.filter((path) => pattern.test(path) && (config === undefined || configOf(path, split) === config)).sort(),
    lacks: (picked, paths) => {
      const configs = [...new Set(picked.map((path) => configOf(path, split)))]
      const called = configs.map((config) => config === root ? `the root (config "${root}")` : config)
      if (configs.length > 1) return `single folder with the split "${split}" (it is in ${list(called)}; name one of these as config)`
      return picked.length === 0 ? noneOf(what, paths) : undefined
    }
  }
}

/** The files that are named, sorted by their paths. */
export const namedFiles = (files: ReadonlyArray<string>): Choice => {
  const patterns = files.map(like)
  const what = `file ${files.join(", ")}`
  return {
    what,
    pick: (paths) => paths.filter((path) => patterns.some((pattern) => pattern.test(path))).sort(),
    lacks: (picked, paths) => picked.length === 0 ? noneOf(what, paths) : undefined
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
