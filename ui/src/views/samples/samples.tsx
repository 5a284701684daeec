/** Samples: what models said, with pictures, boxes and rewards; a list, one whole, or the same examples at two places. */
import { useEffect } from "preact/hooks"
import { OfExperiment } from "../../parts/experiment.tsx"
import { Empty, When } from "../../parts/states.tsx"
import { Visible } from "../../parts/visible.tsx"
import { useLive } from "../../shell/live.ts"
import { change, href, param } from "../../shell/route.ts"
import { Filters } from "./filters.tsx"
import { List } from "./list.tsx"
import { PairsOf, startOfPairs } from "./pairs.tsx"
import { everything, experiment, leftOpen, pageQuery, type Places, shownSample, stageText, withKeys, withoutSamples } from "./state.ts"
import { WholeSample } from "./whole.tsx"
import "./samples.css"

const Modes = ({ places }: { readonly places: Places }) => {
  const compares = param("left") !== ""
  const start = startOfPairs(places)
  return (
    <nav class="row" aria-label="Ways to look">
      <a href={href("samples", { experiment: experiment() })} aria-current={compares ? undefined : "page"}>List</a>
      {start !== undefined && (
        <a href={href("samples", { experiment: experiment(), ...start })} aria-current={compares ? "page" : undefined}>Two runs or steps side by side</a>
      )}
    </nav>
  )
}

/** A metric that no sample was measured for by itself, and where there are samples. */
const NoneOf = ({ metric, places }: { readonly metric: string; readonly places: Places }) => {
  const to = (stage: string, scope: string) => withKeys({ metric: undefined, stage, scope: scope || undefined })
  return (
    <Empty title="No samples of this metric">
      <p><Visible text={metric} /> has no samples of its own: it is worked out from other numbers, or its stage has not come to any yet. There are samples of</p>
      <ul>
        {places.groups.map((group) => (
          <li key={stageText(group)}><a href={to(group.label, group.scope)}><Visible text={stageText(group)} /></a></li>
        ))}
        <li><a href={to(everything, "")}>all stages</a></li>
      </ul>
    </Empty>
  )
}

const Listed = ({ places }: { readonly places: Places }) => {
  const without = withoutSamples(places.groups)
  const known = useLive("/api/samples", without === undefined ? pageQuery(places) : undefined)
  const sample = shownSample()
  const open = without === undefined ? leftOpen(places) : {}
  const page = known.value.value
  // of the page after this one the first is asked for where somebody stands at the end of this one
  const atEnd = without === undefined && sample !== undefined && page?.samples.at(-1)?.id === sample ? page.next ?? undefined : undefined
  const beyond = useLive("/api/samples", atEnd === undefined ? undefined : { ...pageQuery(places), after: atEnd, limit: 1 }).value
  const first = beyond.waiting ? undefined : beyond.value?.samples[0]?.id
  const following = atEnd === undefined || first === undefined ? undefined : { id: first, after: atEnd }
  useEffect(() => {
    if (Object.keys(open).length > 0) change(open, { replace: true })
  }, [JSON.stringify(open)])
  if (sample !== undefined) return <WholeSample id={sample} page={page?.samples.map(({ id }) => id) ?? []} following={following} />
  return (
    <>
      <Modes places={places} />
      {without !== undefined && <NoneOf metric={without} places={places} />}
      {without === undefined && <Filters places={places} />}
      {without === undefined && <List known={known} places={places} />}
    </>
  )
}

const Compared = ({ places }: { readonly places: Places }) => {
  const sample = shownSample()
  if (sample !== undefined) return <WholeSample id={sample} page={[]} following={undefined} />
  return (
    <>
      <Modes places={places} />
      <PairsOf places={places} />
    </>
  )
}

const Shown = ({ of }: { readonly of: string }) => {
  const known = useLive("/api/samples/places", { experiment: of })
  return (
    <When what={`What models said in ${of}`} known={known}>
      {(places) =>
        places.groups.length === 0
          ? <Empty title="No samples yet"><p>They come with the first step of a training loop, and with the first evaluation.</p></Empty>
          : param("left") !== "" && param("right") !== ""
          ? <Compared places={places} />
          : <Listed places={places} />}
    </When>
  )
}

const Samples = () => <OfExperiment title="Samples">{(of) => <Shown key={of} of={of} />}</OfExperiment>

export default Samples
