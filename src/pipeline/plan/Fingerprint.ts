/** Fingerprints: what a stage's result depends on, as a hash with its pre-image. */
import { sha256, stringify, stringifyAt } from "./Canonical.ts"
import type { Identity } from "./identity.ts"
import type { Json } from "../json.ts"

/**
 * Where a result comes from: the stage before ("input") or what last changed the policy, at first its node
 * ("subject").
 */
export interface Input {
  readonly role: "input" | "subject"
  readonly fingerprint: string
}

export interface Preimage {
  readonly node: Identity
  readonly inputs: ReadonlyArray<Input>
  /** Only for stages that use randomness: seed of the run and name of the stage's random stream. */
  readonly random?: { readonly seed: number; readonly stream: string }
}

export interface Fingerprint {
  /** sha256 of the pre-image, hexadecimal. */
  readonly hash: string
  /** Canonical JSON, kept so that two fingerprints can be told apart. */
  readonly preimage: string
}

/**
 * The fingerprint of a stage execution. Upstream results enter by their fingerprints, not their bytes, so that a plan
 * is exact without running anything. Throws `NotCanonical`.
 */
export const make = ({ inputs, node, random }: Preimage): Fingerprint => {
  // the canonical JSON of the pre-image, whose keys stand in their order; hashed in pieces, so that the text of a node is kept once
  const head = `{"inputs":${JSON.stringify(inputs.map(({ fingerprint, role }) => ({ fingerprint, role })))},"node":`
  const tail = random === undefined ? "}" : `,"random":${stringify(random)}}`
  const text = textOf(node)
  return { hash: sha256(head, text, tail), preimage: head + text + tail }
}

/** Texts of nodes, which are the same for all seeds. */
const texts = new WeakMap<Identity, string>()

const textOf = (node: Identity): string => {
  const text = texts.get(node) ?? stringifyAt(node, "node")
  texts.set(node, text)
  return text
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isIdentity = (value: unknown): value is Identity =>
  isRecord(value) && typeof value["kind"] === "string" && typeof value["name"] === "string" && isRecord(value["config"]) &&
  isRecord(value["parts"]) && Object.values(value["parts"]).flat().every(isIdentity)

const isInput = (value: unknown): value is Input =>
  isRecord(value) && typeof value["role"] === "string" && typeof value["fingerprint"] === "string"

/** Reads a stored pre-image; undefined for one that this version did not write. */
export const read = (text: string): Preimage | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    const fits = isRecord(value) && isIdentity(value["node"]) && Array.isArray(value["inputs"]) && value["inputs"].every(isInput)
    return fits ? value as unknown as Preimage : undefined
  } catch {
    return undefined
  }
}

/** A place where two values differ; a side that lacks it shows undefined. */
export interface Difference {
  readonly path: string
  readonly left: Json | undefined
  readonly right: Json | undefined
}

/** Every place where two values differ, keys in sorted order; `path` is where they stand. */
export function* differences(left: Json | undefined, right: Json | undefined, path = ""): Generator<Difference> {
  const walkable = typeof left === "object" && typeof right === "object" && left !== null && right !== null &&
    Array.isArray(left) === Array.isArray(right)
  if (!walkable) {
    if (!Object.is(left, right)) yield { path, left, right }
    return
  }
  const [a, b] = [left as { readonly [key: string]: Json }, right as { readonly [key: string]: Json }]
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  for (const key of Array.isArray(left) ? keys : keys.sort()) yield* differences(a[key], b[key], path === "" ? key : `${path}.${key}`)
}

/** What tells two pre-images apart first, or undefined when they are equal. */
export const firstDifference = (left: string, right: string): Difference | undefined =>
  differences(JSON.parse(left) as Json, JSON.parse(right) as Json).next().value ?? undefined
