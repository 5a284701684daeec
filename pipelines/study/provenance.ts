/** By what program and machine runs were made, in words; the name of the machine is not among them. */
import type { Facts } from "./measured.ts"

/** The page itself: writing it changes no result. */
export const pageFile = "docs/results.md"

/** Files that differed from the commit, but for the page. */
const changedFiles = (facts: Facts): ReadonlyArray<string> => {
  const changed = Array.from(String(facts["git.diff"] ?? "").matchAll(/^diff --git a\/.* b\/(.*)$/gm), ([, file]) => file!)
  const untracked = String(facts["git.untracked"] ?? "").split("\n").filter((file) => file !== "")
  return [...changed, ...untracked].filter((file) => file !== pageFile)
}

const treeWords = (facts: Facts): string => {
  if (facts["git.dirty"] === 0) return "clean"
  const files = changedFiles(facts)
  if (files.length === 0) return "clean but for this page"
  const more = files.length > 6 ? ` and ${files.length - 6} more` : ""
  return `not clean: changed ${files.slice(0, 6).map((file) => `\`${file}\``).join(", ")}${more}`
}

/** Commit, whether the tree was clean, versions. */
export const codeWords = (facts: Facts): string => {
  const commit = facts["git.commit"]
  const where = commit === undefined ? "no commit is known" : `commit \`${commit}\`, its tree ${treeWords(facts)}`
  return `${where}; assay ${facts["version.assay"] ?? "of an unknown version"}, Node ${facts["node"] ?? "of an unknown version"}`
}

/** Processor, cores, memory, system. */
export const machineWords = (facts: Facts): string => {
  const system = String(facts["platform"] ?? "unknown system").split(" ") // the middle word is the kernel's
  const memory = typeof facts["memory"] === "number" ? [`${Math.round(facts["memory"] / 2 ** 30)} GiB of memory`] : []
  return [
    `${facts["cores"] ?? "an unknown number of"} cores (${facts["cpu"] ?? "unknown processor"})`,
    ...memory,
    [system[0], system.at(-1)].join(" "),
    `${facts["threads.jobs"] ?? "an unknown number of"} runs side by side`
  ].join(", ")
}
