/** Light or dark: as the system prefers, unless somebody chose. It is a taste and no state, so it is kept here and not in the URL. */
import { effect, signal } from "@preact/signals"

export type Theme = "system" | "light" | "dark"

const key = "assay.theme" // as in public/theme.js

const stored = document.documentElement.dataset["theme"]

export const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "system")

/** Whether the page is dark now, for what is drawn by script. */
export const dark = signal(false)

const system = matchMedia("(prefers-color-scheme: dark)")

const look = () => {
  dark.value = theme.value === "dark" || (theme.value === "system" && system.matches)
}

export const keepTheme = (): void => {
  system.addEventListener("change", look)
  effect(() => {
    if (theme.value === "system") delete document.documentElement.dataset["theme"]
    else document.documentElement.dataset["theme"] = theme.value
    try {
      if (theme.value === "system") localStorage.removeItem(key)
      else localStorage.setItem(key, theme.value)
    } catch {
      // storage may be forbidden: then the choice holds for this page alone
    }
    look()
  })
}

const order: ReadonlyArray<Theme> = ["system", "light", "dark"]

/** The next of system, light, dark. */
export const nextTheme = (): void => {
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length]!
}
