/** SQL: anybody's questions to the database, which is only read. */
import { useSignal } from "@preact/signals"
import { useEffect, useMemo, useRef } from "preact/hooks"
import { When } from "../../parts/states.tsx"
import type { Answer } from "../../shell/ask.ts"
import { useLive } from "../../shell/live.ts"
import { change, param } from "../../shell/route.ts"
import { Editor } from "./editor.tsx"
import { Guide } from "./guide.tsx"
import { Result } from "./result.tsx"
import "./sql.css"

type GuideAnswer = Answer<"/api/sql/guide">

const Answered = ({ colours, query }: { readonly query: string; readonly colours: GuideAnswer["colours"] }) => {
  const known = useLive("/api/sql", { query }, { once: true })
  const { error, waiting } = known.value
  if (error !== undefined && !waiting) return <pre class="bad wrong" role="alert">{error.message}</pre>
  return <When what="The result" known={known}>{(answer) => <Result answer={answer} query={query} colours={colours} />}</When>
}

const Workbench = ({ guide }: { readonly guide: GuideAnswer }) => {
  const query = param("query")
  const first = query === "" ? guide.views[0]?.example?.sql ?? "" : query
  const given = useSignal({ text: first })
  const written = useRef(first)
  // asked again by the button, the same words are a new question
  const turn = useSignal(0)
  const put = (text: string) => {
    written.current = text
    given.value = { text }
  }
  useEffect(() => put(first), [query])
  const schema = useMemo(() =>
    Object.fromEntries([...guide.views, ...guide.tables.flatMap(({ relations }) => relations)].map(({ columns, name }) => [name, columns.map((column) => column.name)])), [guide])
  const run = () => {
    turn.value++
    change({ query: written.current, sort: undefined })
  }
  const { megabytes, rows, seconds } = guide.most
  return (
    <div class="workbench">
      <div class="work">
        <Editor given={given.value} schema={schema} onChange={(typed) => (written.current = typed)} onRun={run} />
        <div class="row">
          <button type="button" onClick={run}>Run</button>
          <span class="muted">
            Ctrl or ⌘ with Enter runs it. The database is opened for reading alone; a query may take {seconds} s and {megabytes} MB, and {rows.toLocaleString("en")} rows are shown.
          </span>
        </div>
        {query !== "" && <Answered key={turn.value} query={query} colours={guide.colours} />}
      </div>
      <Guide guide={guide} onUse={put} />
    </div>
  )
}

const Sql = () => {
  const known = useLive("/api/sql/guide", {}, { once: true })
  return (
    <>
      <h1>SQL</h1>
      <When what="The guide to the database" known={known}>{(guide) => <Workbench guide={guide} />}</When>
    </>
  )
}

export default Sql
