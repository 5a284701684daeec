/** Views of one experiment: which one is in the URL, and chosen at the top. */
import type { ComponentChildren } from "preact"
import { useEffect } from "preact/hooks"
import type { Answer } from "../shell/ask.ts"
import { useLive } from "../shell/live.ts"
import { href, param, redirect, view } from "../shell/route.ts"
import { Empty, When } from "./states.tsx"

type Experiments = Answer<"/api/experiments">

/** What a page shows of another experiment has nothing to do with the rows and runs of this one: they leave the URL. */
const linkTo = (name: string): string => href(view.value, { experiment: name })

const Chooser = ({ all, chosen }: { readonly all: Experiments; readonly chosen: string }) => (
  <label class="chooser">
    <span class="hidden">Experiment</span>
    <select value={chosen} onChange={(event) => redirect(linkTo(event.currentTarget.value))}>
      {all.map(({ name }) => <option key={name} value={name}>{name}</option>)}
      {all.every(({ name }) => name !== chosen) && <option value={chosen}>{chosen}</option>}
    </select>
  </label>
)

const Of = ({ all, children, title }: Props & { readonly all: Experiments }) => {
  const chosen = param("experiment")
  const newest = all[0]?.name
  useEffect(() => {
    if (chosen === "" && newest !== undefined) redirect(linkTo(newest))
  }, [chosen, newest])
  if (newest === undefined) {
    return <Empty title="No experiment yet"><p>Run a study, such as <code>assay run pipelines/reward-comparison.ts</code>, and it shows up here.</p></Empty>
  }
  if (chosen === "") return null
  return (
    <>
      <div class="row">
        <h1>{title}</h1>
        <Chooser all={all} chosen={chosen} />
      </div>
      <p class="muted">{all.find(({ name }) => name === chosen)?.question}</p>
      {children(chosen)}
    </>
  )
}

interface Props {
  readonly title: string
  readonly children: (experiment: string) => ComponentChildren
}

/** The title of a view with the experiment that it is of; without one in the URL, the one that changed last. */
export const OfExperiment = (props: Props) => {
  const known = useLive("/api/experiments", {})
  return <When what="The experiments" known={known}>{(all) => <Of all={all} {...props} />}</When>
}
