/** The shortcuts that work now, in a dialog. */
import { useRef } from "preact/hooks"
import { shortcuts } from "./keys.ts"

const id = "help"

export const showHelp = (): void => (document.getElementById(id) as HTMLDialogElement | null)?.showModal()

export const Help = () => {
  const dialog = useRef<HTMLDialogElement>(null)
  return (
    <dialog id={id} ref={dialog} aria-labelledby="help-title" onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div class="inner">
        <h2 id="help-title">Keyboard</h2>
        <dl class="shortcuts">
          {shortcuts.value.map(({ does, keys }) => (
            <div key={keys}>
              <dt>{keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p class="muted">What a page shows is in its address: copy it to send it.</p>
        <form method="dialog"><button type="submit">Close</button></form>
      </div>
    </dialog>
  )
}
