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
  const open = paramAll("open")
  const isOpen = open.includes(name)
  const toggle = (wanted: boolean) => {
    if (wanted !== isOpen) change({ open: wanted ? [...open, name] : open.filter((one) => one !== name) }, { replace: true })
  }
  return (
    <details class={look} open={isOpen} onToggle={(event) => toggle(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && children}
    </details>
  )
}
