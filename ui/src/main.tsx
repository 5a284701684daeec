/** The page: a token in the link is exchanged for a cookie, and then everything is drawn. */
import { render } from "preact"
import { locked, unlock } from "./shell/ask.ts"
import { listenToKeys } from "./shell/keys.ts"
import { followLinks, href, redirect, view } from "./shell/route.ts"
import { Shell } from "./shell/shell.tsx"
import { keepTheme } from "./shell/theme.ts"
import { views } from "./views.ts"
import "./style.css"

/** The part of a URL behind # never leaves the browser: the token stands in no log, and is gone from the address at once. */
const takeToken = async (): Promise<void> => {
  const token = new URLSearchParams(location.hash.slice(1)).get("token")
  if (token === null) return
  history.replaceState(null, "", location.pathname + location.search)
  locked.value = !await unlock(token).catch(() => true)
}

await takeToken()
if (view.value === "") redirect(href(views[0]!.name))
keepTheme()
listenToKeys()
followLinks()
render(<Shell />, document.getElementById("page")!)
