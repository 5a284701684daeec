/** Pipelines as text and as Mermaid flow charts. */
import { type Node, partsOf } from "./Node.ts"
import { labels } from "./Paths.ts"

interface Drawable {
  readonly stages: ReadonlyArray<Node>
}

const settings = (node: Node): string =>
  Object.entries(node.config).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(" ")

const lines = (nodes: ReadonlyArray<Node>, indent: string): ReadonlyArray<string> => {
  const called = labels(nodes)
  return nodes.flatMap((node, i) => [
    `${indent}${node.kind.padEnd(8)} ${called[i]!} ${settings(node)}`.trimEnd(),
    ...lines(partsOf(node), `${indent}  `)
  ])
}

/** The pipeline as text: one line a node, with its config, parts indented below what holds them. */
export const print = (pipeline: Drawable): string => lines(pipeline.stages, "").join("\n")

const quote = (text: string): string => text.replaceAll("&", "#amp;").replaceAll("\"", "#quot;")

const box = (node: Node, id: string): string => {
  const config = settings(node)
  return `${id}["${node.kind}: ${quote(node.name)}${config === "" ? "" : `<br/>${quote(config)}`}"]`
}

/** A node that holds a chain becomes a frame around it; other parts hang on the node that holds them by a dotted line. */
const draw = (node: Node, id: string): ReadonlyArray<string> => {
  const body = Object.values(node.parts).find((part) => Array.isArray(part))
  if (body !== undefined) {
    return [
      `subgraph ${id}["${node.kind}: ${quote(settings(node))}"]`,
      ...row(body, id).map((line) => `  ${line}`),
      "end"
    ]
  }
  return [
    box(node, id),
    ...partsOf(node).flatMap((part, i) => [...draw(part, `${id}_${i}`), `${id}_${i} -.-> ${id}`])
  ]
}

const row = (nodes: ReadonlyArray<Node>, prefix: string): ReadonlyArray<string> =>
  nodes.flatMap((node, i) => [
    ...draw(node, `${prefix}_${i}`),
    ...(i === 0 ? [] : [`${prefix}_${i - 1} --> ${prefix}_${i}`])
  ])

/** The pipeline as a Mermaid flow chart. */
export const mermaid = (pipeline: Drawable): string =>
  ["flowchart TD", ...row(pipeline.stages, "s").map((line) => `  ${line}`)].join("\n")
