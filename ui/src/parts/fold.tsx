/** What is folded away until somebody wants it; which are open is in the URL. */
import type { ComponentChildren } from "preact"
import { change, paramAll } from "../shell/route.ts"

interface Props {
  /** What the URL calls it: `open=sql`. */
  readonly name: string
  readonly title: ComponentChildren
  readonly class?: string
  readonly children: ComponentChildren
}

export const Fold = ({ children, class: look, name, title }: Props) => {
  const isOpen = paramAll("open").includes(name)
  // the URL alone opens it: an event of `toggle` comes later, when what it says may no longer be so
  const toggle = (event: Event) => {
    event.preventDefault()
    const open = paramAll("open")
    change({ open: open.includes(name) ? open.filter((one) => one !== name) : [...open, name] }, { replace: true })
  }
  return (
    <details class={look} open={isOpen}>
      <summary onClick={toggle}>{title}</summary>
      {isOpen && children}
    </details>
  )
}
