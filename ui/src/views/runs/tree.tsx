/** Config by its paths, as a tree that opens and closes. */
import { beginning } from "../../parts/marks.ts"
import { Visible } from "../../parts/visible.tsx"
import type { Branch, Value } from "./paths.ts"

/** Texts beyond it have a place of their own. */
const long = 100

export const Leaf = ({ value }: { readonly value: Value }) =>
  typeof value === "string" && (value.length > long || value.includes("\n"))
    ? (
      <details class="text">
        <summary><span class="muted">{value.length.toLocaleString("en")} characters:</span> <Visible text={beginning(value, 80).replace(/\s+/g, " ")} />…</summary>
        <pre class="wrap"><Visible text={value} /></pre>
      </details>
    )
    : <code><Visible text={typeof value === "string" ? value || "(empty)" : String(value)} /></code>

export const Tree = ({ branch }: { readonly branch: Branch }) => (
  <ul class="tree">
    {Object.entries(branch).map(([key, value]) => (
      <li key={key}>
        {typeof value === "object" && value !== null
          ? (
            <details open>
              <summary><Visible text={key} /></summary>
              <Tree branch={value} />
            </details>
          )
          : <><span class="key"><Visible text={key} /></span> <Leaf value={value} /></>}
      </li>
    ))}
  </ul>
)
