/** Config by its paths, as a tree that opens and closes. */
import type { Branch, Value } from "./paths.ts"

/** Texts beyond it have a place of their own. */
const long = 100

export const Leaf = ({ value }: { readonly value: Value }) =>
  typeof value === "string" && (value.length > long || value.includes("\n"))
    ? (
      <details class="text">
        <summary><span class="muted">{value.length.toLocaleString("en")} characters:</span> {value.slice(0, 80).replace(/\s+/g, " ")}…</summary>
        <pre class="wrap">{value}</pre>
      </details>
    )
    : <code>{typeof value === "string" ? value || "(empty)" : String(value)}</code>

export const Tree = ({ branch }: { readonly branch: Branch }) => (
  <ul class="tree">
    {Object.entries(branch).map(([key, value]) => (
      <li key={key}>
        {typeof value === "object" && value !== null
          ? (
            <details open>
              <summary>{key}</summary>
              <Tree branch={value} />
            </details>
          )
          : <><span class="key">{key}</span> <Leaf value={value} /></>}
      </li>
    ))}
  </ul>
)
