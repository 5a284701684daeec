/** Keyboard shortcuts: single keys, and `g` followed by one to go to a view. Who types into a field is left alone. */
import { signal } from "@preact/signals"
import { useEffect } from "preact/hooks"

export interface Shortcut {
  /** A value of `KeyboardEvent.key`, or two with a space between: `j`, `g e`. */
  readonly keys: string
  /** What it does, for the help: "next sample". */
  readonly does: string
  readonly run: () => void
}

/** All that work now, in the order of their coming. */
export const shortcuts = signal<ReadonlyArray<Shortcut>>([])

/** Milliseconds in which the second key has to follow the first. */
const patience = 1500

let first = { key: "", at: 0 }

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

export const listenToKeys = (): void =>
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target) || document.querySelector("dialog[open]") !== null) return
    const chord = performance.now() - first.at < patience ? `${first.key} ${event.key}` : ""
    const found = shortcuts.value.findLast(({ keys }) => keys === chord) ?? shortcuts.value.findLast(({ keys }) => keys === event.key)
    first = { key: event.key, at: performance.now() }
    if (found === undefined) return
    first.at = -Infinity
    event.preventDefault()
    found.run()
  })

/** Shortcuts that work while the component is there. `list` may be a new one at every render: the last one counts. */
export const useShortcuts = (list: ReadonlyArray<Shortcut>): void => {
  useEffect(() => {
    shortcuts.value = [...shortcuts.peek(), ...list]
    return () => {
      shortcuts.value = shortcuts.peek().filter((one) => !list.includes(one))
    }
  })
}
