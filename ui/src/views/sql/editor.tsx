/** Where SQL is written: coloured, with the database's names to complete by. */
import { autocompletion, completionKeymap } from "@codemirror/autocomplete"
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands"
import { sql, SQLite } from "@codemirror/lang-sql"
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language"
import { EditorState, Prec } from "@codemirror/state"
import { EditorView, keymap, placeholder } from "@codemirror/view"
import { tags } from "@lezer/highlight"
import { useEffect, useRef } from "preact/hooks"

interface Props {
  /** What is to stand in it from now on; another object puts its text in the place of what was written since. */
  readonly given: { readonly text: string }
  /** Columns by table or view. */
  readonly schema: Readonly<Record<string, ReadonlyArray<string>>>
  readonly onChange: (text: string) => void
  readonly onRun: () => void
}

const theme = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--ground)", border: "1px solid var(--strong-line)", borderRadius: "6px", maxHeight: "24rem" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: ".9rem", lineHeight: "1.5", minHeight: "7rem", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: ".5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-ground)" },
  ".cm-placeholder": { color: "var(--muted)" },
  ".cm-tooltip": { backgroundColor: "var(--panel)", border: "1px solid var(--strong-line)", color: "var(--text)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent-ground)", color: "var(--accent)" }
})

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" }
])

/** The editor brings its own style sheet, which the page's policy lets into a shadow root alone. */
export const Editor = (props: Props) => {
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const latest = useRef(props)
  latest.current = props
  useEffect(() => {
    const root = box.current!.shadowRoot ?? box.current!.attachShadow({ mode: "open" })
    const run = () => (latest.current.onRun(), true)
    const made = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: props.given.text,
        extensions: [
          Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
          keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
          history(),
          bracketMatching(),
          autocompletion(),
          sql({ dialect: SQLite, schema: props.schema as Record<string, ReadonlyArray<string>>, upperCaseKeywords: true }),
          syntaxHighlighting(colours),
          theme,
          placeholder("SELECT …"),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "SQL query", spellcheck: "false", autocapitalize: "off" }),
          EditorView.updateListener.of((update) => update.docChanged && latest.current.onChange(update.state.doc.toString()))
        ]
      })
    })
    view.current = made
    return () => made.destroy()
  }, [props.schema])
  useEffect(() => {
    const made = view.current
    if (made === null || made.state.doc.toString() === props.given.text) return
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: props.given.text } })
  }, [props.given])
  // from outside of its shadow root nobody sees that a key was typed into a field, and `t` would change the colours
  return <div class="editor" ref={box} onKeyDown={(event) => event.stopPropagation()} />
}
