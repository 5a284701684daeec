/** What tells two states of a node apart, place by place, in the terms that a study is written in. */
import type { Json } from "../json.ts"
import { differences, type Preimage, read } from "./Fingerprint.ts"
import type { Identity } from "./identity.ts"

/**
 * Something that is not as it was, `left`; undefined is not there. `path` is where, as config values go: `loop.grpo.learningRate`.
 * node: another one stands there, by name. code: hashes. package: versions, `path` being its name. content: hashes of what is read
 * from outside. seed: that of the run.
 */
export interface Change {
  readonly what: "config" | "node" | "code" | "package" | "content" | "seed"
  readonly path: string
  readonly left: Json | undefined
  readonly right: Json | undefined
}

/** The nodes in a part by what they are called among their kin. */
const called = (part: Identity | ReadonlyArray<Identity> | undefined): ReadonlyMap<string, Identity> => {
  const found = new Map<string, Identity>()
  for (const node of [part ?? []].flat() as ReadonlyArray<Identity>) {
    let name = node.name
    for (let count = 2; found.has(name); count++) name = `${node.name}#${count}`
    found.set(name, node)
  }
  return found
}

/** Versions of packages by name: one that several rest on may be there in several. */
const versions = (packages: ReadonlyArray<string>): { readonly [name: string]: string } => {
  const byName = Map.groupBy(packages, (one) => one.slice(0, one.lastIndexOf("@")))
  return Object.fromEntries([...byName].map(([name, all]) => [name, all.map((one) => one.slice(one.lastIndexOf("@") + 1)).join(" and ")]))
}

const inPart = (left: Identity["parts"][string] | undefined, right: Identity["parts"][string] | undefined, path: string): ReadonlyArray<Change> => {
  const [a, b] = [called(left), called(right)]
  const [only, other] = [[...a.keys()].filter((name) => !b.has(name)), [...b.keys()].filter((name) => !a.has(name))]
  const replaced = Array.from({ length: Math.max(only.length, other.length) }, (_, i): Change => ({
    what: "node",
    path,
    left: only[i],
    right: other[i]
  }))
  return [...replaced, ...[...a].flatMap(([name, node]) => b.has(name) ? betweenNodes(node, b.get(name)!, `${path}.${name}`) : [])]
}

/** What tells two nodes apart, with all that they hold; `path` is where they stand. */
export const betweenNodes = (left: Identity, right: Identity, path: string): ReadonlyArray<Change> => {
  if (left.kind !== right.kind || left.name !== right.name) return [{ what: "node", path, left: left.name, right: right.name }]
  const place = (change: Omit<Change, "path">): Change => ({ ...change, path })
  return [
    ...[...differences(left.config, right.config)].map((one): Change => ({ ...one, what: "config", path: `${path}.${one.path}` })),
    ...(left.content === right.content ? [] : [place({ what: "content", left: left.content, right: right.content })]),
    ...[...differences(versions(left.packages), versions(right.packages))].map((one): Change => ({ ...one, what: "package" })),
    ...(left.code === right.code ? [] : [place({ what: "code", left: left.code, right: right.code })]),
    ...[...new Set([...Object.keys(left.parts), ...Object.keys(right.parts)])].flatMap((name) =>
      inPart(left.parts[name], right.parts[name], path))
  ]
}

/** What tells two executions of a stage apart, but for what earlier stages hand to it. */
export const between = (left: Preimage, right: Preimage, label: string): ReadonlyArray<Change> => [
  ...betweenNodes(left.node, right.node, label),
  ...(left.random?.seed === right.random?.seed ? [] : [{ what: "seed", path: label, left: left.random?.seed, right: right.random?.seed } as const])
]

/** Two stored pre-images; undefined where one is not known, or not by this version. */
const bothRead = (left: string | undefined, right: string | undefined): readonly [Preimage, Preimage] | undefined => {
  const [a, b] = [left, right].map((text) => text === undefined ? undefined : read(text))
  return a === undefined || b === undefined ? undefined : [a, b]
}

/** The same of two executions by their stored pre-images. */
export const betweenStages = (left: string, right: string, label: string): ReadonlyArray<Change> => {
  const both = bothRead(left, right)
  return both === undefined ? [] : between(...both, label)
}

/** What tells two policies apart as they were before any stage changed them, by their stored pre-images, as far as these are known. */
export const betweenPolicies = (left: string | undefined, right: string | undefined): ReadonlyArray<Change> => {
  const both = bothRead(left, right)
  return both === undefined ? [] : betweenNodes(both[0].node, both[1].node, "policy")
}
