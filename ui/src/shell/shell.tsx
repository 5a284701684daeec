/** What is around every view: navigation, theme, help, and what is to be said of the connection. */
import { signal } from "@preact/signals"
import type { FunctionComponent } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { Failed, Loading } from "../parts/states.tsx"
import { named, type View, views } from "../views.ts"
import { locked } from "./ask.ts"
import { Boundary } from "./boundary.tsx"
import { Help, showHelp } from "./help.tsx"
import { useShortcuts } from "./keys.ts"
import { connected } from "./live.ts"
import { go, href, param, params, view } from "./route.ts"
import { nextTheme, theme } from "./theme.ts"
import { Unlock } from "./unlock.tsx"

/** Views that came already; one that could not be loaded is an error. */
const loaded = signal<Readonly<Record<string, FunctionComponent | Error>>>({})

const load = async (wanted: View): Promise<void> => {
  if (loaded.peek()[wanted.name] !== undefined) return
  const found = await wanted.load().then((module) => module.default, (cause: unknown) => cause instanceof Error ? cause : new Error(String(cause)))
  loaded.value = { ...loaded.peek(), [wanted.name]: found }
}

/** Where a view is reached: about the same experiment, where one is shown. */
const linkTo = ({ name }: View): string => href(name, { experiment: params.value.get("experiment") ?? undefined })

const Navigation = () => {
  const nav = useRef<HTMLElement>(null)
  // on a phone the names are wider than the page
  useEffect(() => nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }), [view.value])
  return (
    <nav aria-label="Views" ref={nav}>
      {views.map((one) => (
        <a key={one.name} href={linkTo(one)} aria-current={one.name === view.value ? "page" : undefined}>{one.title}</a>
      ))}
    </nav>
  )
}

const words = { system: "as the system", light: "light", dark: "dark" } as const
const signs = { system: "◐", light: "☀", dark: "☾" } as const

const Header = () => (
  <header class="top">
    <a class="skip" href="#main">To the content</a>
    <a class="brand" href="/experiments">assay</a>
    <Navigation />
    <span class="tools">
      {!connected.value && <span class="offline" role="status">not connected</span>}
      <button type="button" class="quiet" onClick={nextTheme} title={`Colours: ${words[theme.value]} (t)`} aria-label={`Colours: ${words[theme.value]}. Change`}>
        <span aria-hidden="true">{signs[theme.value]}</span>
      </button>
      <button type="button" class="quiet" onClick={showHelp} title="Keyboard shortcuts (?)" aria-label="Keyboard shortcuts">
        <span aria-hidden="true">?</span>
      </button>
    </span>
  </header>
)

const Unknown = () => (
  <section class="state" role="alert">
    <h1>There is no view “{view.value}”</h1>
    <p>There are {views.map(({ name, title }, i) => <span key={name}>{i > 0 && ", "}<a href={`/${name}`}>{title}</a></span>)}.</p>
  </section>
)

const Shown = () => {
  const wanted = named(view.value)
  useEffect(() => {
    if (wanted !== undefined) void load(wanted)
    const about = param("experiment")
    document.title = `${[wanted?.title ?? "Not found", about].filter((part) => part !== "").join(" · ")} · assay`
  }, [wanted, param("experiment")])
  if (wanted === undefined) return <Unknown />
  const found = loaded.value[wanted.name]
  if (found === undefined) return <Loading />
  if (found instanceof Error) return <Failed what={wanted.title} error={found} />
  const Component = found
  return <Boundary key={wanted.name} what={wanted.title} at={params.value.toString()}><Component /></Boundary>
}

export const Shell = () => {
  useShortcuts([
    { keys: "?", does: "show these shortcuts", run: showHelp },
    { keys: "t", does: "light, dark, or as the system", run: nextTheme },
    ...views.map((one) => ({ keys: `g ${one.key}`, does: `go to ${one.title}`, run: () => go(linkTo(one)) }))
  ])
  return (
    <>
      <Header />
      <main id="main" tabIndex={-1}>{locked.value ? <Unlock /> : <Shown />}</main>
      <Help />
    </>
  )
}
