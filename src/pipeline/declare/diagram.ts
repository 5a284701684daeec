import type { Node } from "./Node.ts"
import { names } from "./Paths.ts"

interface Drawable {
  readonly stages: ReadonlyArray<Node>
}

const settings = (node: Node): string =>
  Object.entries(node.config).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(" ")

const lines = (nodes: ReadonlyArray<Node>, indent: string): ReadonlyArray<string> => {
  const labels = names(nodes)
  return nodes.flatMap((node, i) => [
    `${indent}${node.kind.padEnd(8)} ${labels[i]!} ${settings(node)}`.trimEnd(),
    ...lines(node.parts, `${indent}  `)
  ])
}

/** The pipeline as text: one line a node, with its config, parts indented below what holds them. */
export const print = (pipeline: Drawable): string => lines(pipeline.stages, "").join("\n")

const quote = (text: string): string => text.replaceAll("&", "#amp;").replaceAll("\"", "#quot;")

const box = (node: Node, id: string): string => {
  const config = settings(node)
  return `${id}["${node.kind}: ${quote(node.name)}${config === "" ? "" : `<br/>${quote(config)}`}"]`
}

/** A loop becomes a frame around its body; other parts hang on the node that holds them by a dotted line. */
const draw = (node: Node, id: string): ReadonlyArray<string> => {
  if (node.kind === "loop") {
    return [
      `subgraph ${id}["${node.kind}: ${quote(settings(node))}"]`,
      ...chain(node.parts, id).map((line) => `  ${line}`),
      "end"
    ]
  }
  return [
    box(node, id),
    ...node.parts.flatMap((part, i) => [...draw(part, `${id}_${i}`), `${id}_${i} -.-> ${id}`])
  ]
}

const chain = (nodes: ReadonlyArray<Node>, prefix: string): ReadonlyArray<string> =>
  nodes.flatMap((node, i) => [
    ...draw(node, `${prefix}_${i}`),
    ...(i === 0 ? [] : [`${prefix}_${i - 1} --> ${prefix}_${i}`])
  ])

/** The pipeline as a Mermaid flow chart. */
export const mermaid = (pipeline: Drawable): string =>
  ["flowchart TD", ...chain(pipeline.stages, "s").map((line) => `  ${line}`)].join("\n")
