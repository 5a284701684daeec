/** Views of one experiment: which one is in the URL, and chosen at the top. */
import type { ComponentChildren } from "preact"
import { useEffect } from "preact/hooks"
import type { Answer } from "../shell/ask.ts"
import { useLive } from "../shell/live.ts"
import { change, href, param, params, redirect, view } from "../shell/route.ts"
import { Empty, When } from "./states.tsx"

type Experiments = Answer<"/api/experiments">

/** What a page shows of another experiment has nothing to do with the rows and runs of this one: they leave the URL. */
const linkTo = (name: string): string => href(view.value, { experiment: name })

/** Goes to another one, from which there is a way back; who chooses by the keyboard keeps the focus. */
const choose = (name: string): void => change({ ...Object.fromEntries([...params.value.keys()].map((key) => [key, undefined])), experiment: name })

const Chooser = ({ all, chosen }: { readonly all: Experiments; readonly chosen: string }) => (
  <label class="chooser">
    <span class="hidden">Experiment</span>
    <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
      {all.map(({ name }) => <option key={name} value={name}>{name}</option>)}
      {all.every(({ name }) => name !== chosen) && <option value={chosen}>{chosen}</option>}
    </select>
  </label>
)

interface Props {
  readonly title: string
  readonly children: (experiment: string) => ComponentChildren
}

/** Goes to the newest experiment, as the URL names none. */
const Newest = ({ all }: { readonly all: Experiments }) => {
  const newest = all[0]?.name
  useEffect(() => {
    if (newest !== undefined) redirect(linkTo(newest))
  }, [newest])
  return newest !== undefined ? null : (
    <Empty title="No experiment yet"><p>Run a study, such as <code>assay run pipelines/reward-comparison.ts</code>, and it shows up here.</p></Empty>
  )
}

/**
 * The title of a view with the experiment that it is of; without one in the URL, the one that changed last. What the view shows does
 * not wait for the list of the others.
 */
export const OfExperiment = ({ children, title }: Props) => {
  const known = useLive("/api/experiments", {})
  const chosen = param("experiment")
  if (chosen === "") return <When what="The experiments" known={known}>{(all) => <Newest all={all} />}</When>
  const all = known.value.value ?? []
  return (
    <>
      <div class="row">
        <h1>{title}</h1>
        <Chooser all={all} chosen={chosen} />
      </div>
      <p class="muted">{all.find(({ name }) => name === chosen)?.question ?? "\u00a0"}</p>
      {children(chosen)}
    </>
  )
}
