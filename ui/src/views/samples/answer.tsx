/** A completion with its tags and JSON made visible: as text, whatever is in it, long ones folded. */
import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { Copy } from "../../parts/copy.tsx"
import { beginning } from "../../parts/marks.ts"
import { Visible } from "../../parts/visible.tsx"
import { type Block, blocks, pieces } from "./pieces.ts"

/** Characters that are shown at first, and more at a time: a browser is slow at very long lines. */
const [first, more] = [4000, 20_000]

/** Characters that are shown at all: what is longer can be copied whole. */
const most = 200_000

const Pieces = ({ block: { pieces, tag } }: { readonly block: Block }) => (
  <div class={tag === undefined ? "block" : tag === "think" ? "block within think" : tag === "answer" ? "block within answer" : "block within"}>
    {pieces.map(({ kind, text }, i) => <span key={i} class={`piece ${kind}`}><Visible text={text} /></span>)}
  </div>
)

const count = (length: number): string => `${length.toLocaleString("en")} characters`

interface Props {
  readonly text: string
  readonly title: string
  /** Tags stand within the text, as in a prompt that explains them, and make no blocks of their own. */
  readonly flowing?: boolean
}

export const Answer = ({ flowing = false, text, title }: Props) => {
  const length = useSignal(first)
  useEffect(() => {
    length.value = first
  }, [text])
  const shown = beginning(text, length.value)
  const parts: ReadonlyArray<Block> = flowing ? [{ tag: undefined, pieces: pieces(shown) }] : blocks(shown)
  return (
    <div role="group" aria-label={title}>
      {text === "" ? <p class="muted">Empty: the model said nothing.</p> : <div class="said">{parts.map((block, i) => <Pieces key={i} block={block} />)}</div>}
      {text.length > first && (
        <p class="row">
          <span class="muted">{count(shown.length)} of {count(text.length)}</span>
          {shown.length < Math.min(text.length, most) && <button type="button" onClick={() => (length.value += more)}>Show more</button>}
          {length.value > first && <button type="button" onClick={() => (length.value = first)}>Show less</button>}
          <Copy label="Copy all" text={text} />
        </p>
      )}
    </div>
  )
}
