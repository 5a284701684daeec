/** What can be asked: every view and table with its columns, and questions to begin with. */
import type { Answer } from "../../shell/ask.ts"

type Guide = Answer<"/api/sql/guide">
type Relation = Guide["views"][number]

/** Words with `code` in them. */
const Words = ({ text }: { readonly text: string }) => (
  <>{text.split("`").map((part, i) => i % 2 === 1 ? <code key={i}>{part}</code> : part)}</>
)

interface OneProps {
  readonly relation: Relation
  readonly onUse: (sql: string) => void
}

const One = ({ onUse, relation: { columns, example, name, row } }: OneProps) => (
  <details class="relation">
    <summary><code>{name}</code> <span class="muted"><Words text={row} /></span></summary>
    <dl>
      {columns.map((column) => (
        <div key={column.name}>
          <dt><code>{column.name}</code></dt>
          <dd><Words text={column.says} /></dd>
        </div>
      ))}
    </dl>
    {example !== null && (
      <>
        <p class="muted">{example.question}</p>
        <pre>{example.sql}</pre>
        <button type="button" onClick={() => onUse(example.sql)}>Take this query</button>
      </>
    )}
  </details>
)

export const Guide = ({ guide, onUse }: { readonly guide: Guide; readonly onUse: (sql: string) => void }) => (
  <aside class="guide" aria-label="Views and tables">
    <h2>Views</h2>
    <p class="muted">Their columns stay as they are; programs may rely on them.</p>
    {guide.views.map((relation) => <One key={relation.name} relation={relation} onUse={onUse} />)}
    {guide.tables.map(({ relations, subject }) => (
      <div key={subject}>
        <h2>Tables: {subject.toLowerCase()}</h2>
        {relations.map((relation) => <One key={relation.name} relation={relation} onUse={onUse} />)}
      </div>
    ))}
  </aside>
)
