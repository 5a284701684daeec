/** A text that somebody else wrote: shown as text, whatever is in it, with what could not be seen as what it is. */
import { marks } from "./marks.ts"

export const Visible = ({ text }: { readonly text: string }) => (
  <bdi>{marks(text).map((mark, i) => mark.unseen ? <span key={i} class="unseen" title="a character that is not seen">{mark.text}</span> : mark.text)}</bdi>
)
