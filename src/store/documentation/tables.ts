/** What the tables of runs.db hold: read by the documentation, and shown where SQL is written. */
import { declared, label, position, type Relation } from "./relation.ts"

const stage = "The stage execution, `stage.id`."
const step = "Training step, from 0; 0 in stages without steps."
const artifact = "The file, `artifact.hash`."
const scope = "The evaluation within a loop that it is of; empty for the stage's own."
const environment = "The environment, `environment.id`."
const createdAt = "When it was first written, in UTC."

const studies: ReadonlyArray<Relation> = [
  {
    name: "experiment",
    row: "A study under one set of settings.",
    columns: {
      id: "Its number.",
      name: "Its name, with scale and overrides.",
      question: "What the study asks.",
      file: "Path of the study file.",
      table: "How its table is printed, as JSON: rows, metrics, published figures.",
      environment: "Where it was last run, `environment.id`.",
      created_at: createdAt
    }
  },
  {
    name: "variant",
    row: "A row of the experiment's table: a cell of the grid.",
    columns: {
      experiment: "The experiment, `experiment.id`.",
      name: "Its name.",
      cell: "Label on each axis, as JSON.",
      role: "`baseline` is what `paired` compares with, `reference` what `gain` does; the others are `variant`.",
      ordinal: "Place in the table, from 0."
    }
  },
  {
    name: "run",
    row: "A variant under a seed. A study that has changed makes new runs, and the old ones stay.",
    columns: {
      id: "Its number, which the commands take.",
      experiment: "The experiment, `experiment.id`.",
      variant: "Name of the variant.",
      seed: "The seed.",
      fingerprint: "Fingerprint of its last stage.",
      status: "`planned`, `running`, `done`, `failed` or `interrupted`.",
      current: "1 where it is of the study as it stands now.",
      error: "Why it failed.",
      environment,
      started_at: "When it was last started, in UTC.",
      ended_at: "When it ended, in UTC."
    },
    example: {
      question: "What failed, and why?",
      sql: "SELECT id, variant, seed, error\nFROM run WHERE status = 'failed' AND current"
    }
  },
  {
    name: "log",
    row: "Something that happened to a run, in words.",
    columns: {
      run: "The run, `run.id`.",
      ordinal: "Place in its log, from 0.",
      at: "When it happened, in UTC.",
      level: "`debug`, `info`, `warn` or `error`.",
      stage: "Label of the stage that it is about; NULL for the run itself.",
      message: "What happened."
    },
    example: {
      question: "What went wrong lately?",
      sql: "SELECT at, run, stage, message\nFROM log WHERE level IN ('warn', 'error') ORDER BY at DESC LIMIT 20"
    }
  },
  {
    name: "param",
    row: "A value of a run's config.",
    columns: {
      run: "The run, `run.id`.",
      path: "Where it stands: stages and keys, such as `grpo.learningRate`.",
      type: "`null`, `boolean`, `number` or `string`; a boolean is 0 or 1.",
      value: "The value."
    },
    example: {
      question: "In what do two runs differ?",
      sql: "SELECT path, a.value AS first, b.value AS second\nFROM (SELECT * FROM param WHERE run = 1) a FULL JOIN (SELECT * FROM param WHERE run = 4) b USING (path)\nWHERE a.value IS NOT b.value ORDER BY path"
    }
  },
  {
    name: "environment",
    row: "A set of facts about program and machine.",
    columns: { id: "Its number.", digest: "sha256 of the facts.", created_at: createdAt }
  },
  {
    name: "environment_fact",
    row: "A fact: a version, the commit, the processor, how many threads.",
    columns: { environment, name: "What it is about, such as `git.commit` or `version.effect`.", value: "What is so." },
    example: {
      question: "What did a run run on?",
      sql: "SELECT name, value\nFROM environment_fact JOIN run USING (environment) WHERE run.id = 1 AND name <> 'git.diff'"
    }
  }
]

const stages: ReadonlyArray<Relation> = [
  {
    name: "stage",
    row: "An execution of a stage. Runs that need the same fingerprint share it.",
    columns: {
      id: "Its number.",
      fingerprint: "sha256 of `preimage`.",
      kind: "`data`, `filter`, `prompt`, `loop`, `evaluate`...; for people, nothing hangs on it.",
      name: "Its name.",
      config: "Its config, as JSON.",
      preimage: "All that the fingerprint stands for, as JSON: code, config, data, what is upstream, the seed where chance has a part.",
      status: "`running`, `done` or `failed`. One that was killed stays `running` until it is gone on with.",
      output: "Its result, `artifact.hash`.",
      subject: "The policy that it hands on, `artifact.hash`; NULL where it changes none.",
      error: "Why it failed.",
      started_at: "When it was last started, in UTC.",
      ended_at: "When it ended, in UTC."
    }
  },
  {
    name: "stage_io",
    row: "A result that a stage execution reads.",
    columns: { stage, role: "`input`: rows. `subject`: a policy.", fingerprint: "The stage that made it, by its fingerprint." }
  },
  {
    name: "run_stage",
    row: "A stage at its place in a run.",
    columns: {
      run: "The run, `run.id`.",
      position,
      stage,
      reused: "1 where it was finished before the run came to it.",
      label
    },
    example: {
      question: "Which stages does a run share with others?",
      sql: "SELECT mine.label, count(*) - 1 AS others\nFROM run_stage mine JOIN run_stage every USING (stage) WHERE mine.run = 1 GROUP BY mine.position"
    }
  },
  {
    name: "artifact",
    row: "A file below `.assay/objects/`, named by its content, or a short text.",
    columns: {
      hash: "sha256 of the content.",
      bytes: "Its size.",
      media_type: "What is in it.",
      created_at: createdAt,
      content: "The text; NULL where it is a file.",
      stamp: "Device, inode, size and times of change of the file when it was last found whole: it is not read to know it while it has them. NULL where nobody has looked."
    }
  },
  {
    name: "checkpoint",
    row: "The training state of an unfinished loop, from which it goes on. A finished one has none.",
    columns: { stage, step: "After which step.", artifact, created_at: createdAt }
  },
  {
    name: "best_weights",
    row: "The weights of an unfinished loop at its best steps so far.",
    columns: { stage, step: "After which step.", value: "The metric that the loop goes by, there.", artifact }
  },
  {
    name: "kept_weights",
    row: "Weights that a finished loop keeps beside those that it hands on.",
    columns: { stage, role: "`best` or `last`.", step: "After which step.", artifact }
  },
  {
    name: "code",
    row: "What some code was made of, by which a later change of it is told in words.",
    columns: {
      hash: "Hash of the code, as `stage.preimage` has it.",
      assay: "Version of Assay that it was found by.",
      outline: "A hash of every declaration that it uses, by module, as JSON."
    }
  },
  {
    name: "policy",
    row: "A policy as it was before any stage changed it.",
    columns: { fingerprint: "sha256 of `preimage`.", preimage: "Its code, config and content, as JSON." }
  },
  {
    name: "answer",
    row: "An answer of a server that an unfinished stage has got and not yet made into what it commits.",
    columns: { stage, key: "Hash of all that shaped it.", content: "The answer." }
  }
]

const numbers: ReadonlyArray<Relation> = [
  {
    name: "metric_key",
    row: "A metric as it was declared.",
    columns: {
      id: "Its number.",
      ...declared,
      scope: "The evaluation within a loop that it is of; empty, it goes by the stage's label in its run."
    }
  },
  {
    name: "metric",
    row: "A number of a step.",
    columns: { stage, key: "The metric, `metric_key.id`.", step, value: "The value; NULL where it is not finite." }
  },
  {
    name: "last_value",
    row: "The last number of a metric, kept up to date with each step.",
    columns: { stage, key: "The metric, `metric_key.id`.", step, value: "The value; NULL where it is not finite." }
  },
  {
    name: "step_reward",
    row: "A part of the reward in a step, summed up.",
    columns: {
      stage,
      scope,
      step,
      part: "Name of the part.",
      n: "Completions.",
      mean: "Its mean over them.",
      errors: "How many of them it threw on."
    }
  },
  {
    name: "stage_tokens",
    row: "Lengths of a stage's completions, summed up.",
    columns: {
      stage,
      scope,
      n: "Completions below 3,000 tokens.",
      min: "The shortest of them.",
      max: "The longest of them.",
      total: "All their tokens.",
      n_3000: "Completions of 3,000 tokens or more."
    }
  },
  {
    name: "student_t",
    row: "Quantiles of Student's t, for the intervals.",
    columns: { df: "Degrees of freedom. Between two rows the smaller is taken.", t975: "The 97.5 % quantile." }
  }
]

const samples: ReadonlyArray<Relation> = [
  {
    name: "completion",
    row: "A completion with its texts by number. The view `sample` has them written out.",
    columns: {
      id: "Its number.",
      stage,
      scope,
      step,
      ordinal: "Place within its step and scope, from 0.",
      example: "Id of the example that was asked about.",
      prompt: "The prompt, `text.id`.",
      completion: "What the model said.",
      solution: "The true answer, `text.id`.",
      details: "What the task keeps of it as JSON, `text.id`.",
      token_count: "Tokens; 0 where nobody counted.",
      finish_reason: "`stop` or `length`."
    }
  },
  {
    name: "text",
    row: "A text that may stand in many completions, once.",
    columns: { id: "Its number.", digest: "First 16 bytes of its sha256.", content: "The text." }
  },
  {
    name: "sample_reward",
    row: "A part of the reward of a completion.",
    columns: {
      sample: "The completion, `sample.id`.",
      ordinal: "Place of the part, from 0.",
      part: "Name of the part.",
      value: "What it gave, before any weight; NULL where it is not finite.",
      error: "What it threw, where it did; `value` is then its fallback."
    },
    example: {
      question: "Answers that a reward could not judge",
      sql: "SELECT sample.completion, part, error\nFROM sample_reward JOIN sample ON sample.id = sample_reward.sample WHERE error IS NOT NULL LIMIT 10"
    }
  },
  {
    name: "box",
    row: "A box of a detection or referring sample.",
    columns: {
      sample: "The completion, `sample.id`.",
      ordinal: "Place among its boxes, from 0.",
      role: "`true` or `predicted`.",
      label: "Its label.",
      space: "Pixels of the picture (`original`), pixels as the model saw it (`resized`), or thousandths of its sides (`thousand`).",
      x1: "Left edge.",
      y1: "Top edge.",
      x2: "Right edge.",
      y2: "Bottom edge."
    },
    example: {
      question: "Which labels are predicted too often, or too rarely?",
      sql: "SELECT label, sum(role = 'true') AS there, sum(role = 'predicted') AS predicted\nFROM box WHERE space = 'original' GROUP BY label ORDER BY there DESC LIMIT 10"
    }
  }
]

const processes: ReadonlyArray<Relation> = [
  {
    name: "worker",
    row: "A process that runs studies on the database now.",
    columns: {
      id: "Its name, drawn when it starts.",
      machine: "The machine that it is on, and where its number counts.",
      pid: "Its number there.",
      experiment: "Name of the experiment that it runs.",
      beat: "Goes up every second while it lives.",
      started_at: "When it started, in UTC."
    },
    example: { question: "What runs now, and where?", sql: "SELECT machine, pid, experiment, started_at FROM worker" }
  },
  {
    name: "claim",
    row: "What a process has in hand, so that no other begins it.",
    columns: {
      name: "The fingerprint of a stage, or `run 7`.",
      worker: "The process, `worker.id`.",
      claimed_at: "Since when, in UTC."
    }
  },
  {
    name: "unnamed_artifact",
    row: "A file that a process has stored and that no stage names yet, so that nobody deletes it.",
    columns: { artifact, worker: "The process, `worker.id`." }
  }
]

/** The tables by what they are about. They may change with a version; what should last asks the views. */
export const tables: { readonly [subject: string]: ReadonlyArray<Relation> } = {
  "Studies and runs": studies,
  "Stages and files": stages,
  "Numbers": numbers,
  "Completions": samples,
  "Processes": processes
}
