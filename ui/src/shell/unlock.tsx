/** Asks for the token that the server wants, once: a cookie stands for it from then on. */
import { useSignal } from "@preact/signals"
import { unlock } from "./ask.ts"

export const Unlock = () => {
  const token = useSignal("")
  const wrong = useSignal("")
  const submit = async (event: Event) => {
    event.preventDefault()
    wrong.value = await unlock(token.value).then((isIt) => isIt ? "" : "That is not it.", () => "The server cannot be reached; is `assay ui` still running?")
  }
  return (
    <form class="state" onSubmit={submit}>
      <h1>This server wants its token</h1>
      <p>Whoever started <code>assay ui</code> gave it one. A link that ends in <code>#token=TOKEN</code> brings it along.</p>
      <label>
        Token <input type="password" autocomplete="current-password" required value={token.value} onInput={(event) => (token.value = event.currentTarget.value)} />
      </label>{" "}
      <button type="submit">Open</button>
      {wrong.value !== "" && <p role="alert" class="bad">{wrong.value}</p>}
    </form>
  )
}
