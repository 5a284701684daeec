/** A button that copies a text, and says so. */
import { useSignal } from "@preact/signals"
import { copyText } from "./clipboard.ts"

export const Copy = ({ label = "Copy", text }: { readonly text: string; readonly label?: string }) => {
  const said = useSignal("")
  const copy = async () => {
    said.value = await copyText(text) ? "copied" : "the browser forbids copying; select the text instead"
    setTimeout(() => (said.value = ""), 2000)
  }
  return (
    <span class="copy">
      <button type="button" onClick={copy}>{label}</button> <span role="status" class="muted">{said.value}</span>
    </span>
  )
}
