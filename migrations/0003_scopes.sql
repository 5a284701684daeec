-- Metrics by scope, texts once, and tables that are asked of indexes.
-- What reads is made anew at the end, over the changed tables.
DROP VIEW token_statistics;
DROP VIEW reward_part;
DROP VIEW learning_curve;
DROP VIEW missing;
DROP VIEW current_stage;
DROP VIEW gain;
DROP VIEW paired;
DROP VIEW contrast;
DROP VIEW ablation;
DROP VIEW final_metric;
DROP VIEW final_value;

-- What a stage is called in a run: its name, with #2 for the second of a name. Its metrics go by it.
ALTER TABLE run_stage ADD COLUMN label TEXT NOT NULL DEFAULT '';
UPDATE run_stage SET label = (
  SELECT s.name || CASE count(*) WHEN 1 THEN '' ELSE '#' || count(*) END
  FROM run_stage before JOIN stage b ON b.id = before.stage JOIN stage s ON s.id = run_stage.stage
  WHERE before.run = run_stage.run AND before.position <= run_stage.position AND b.name = s.name
);

-- A metric as it was declared. `scope` is that of a nested evaluation; empty, it is the label of the stage in its run.
-- unit: '%', 'share' (in [0, 1]), 'count', tokens, nats..., or empty. counts: what it counts or averages over.
CREATE TABLE declared_metric (
  id INTEGER PRIMARY KEY NOT NULL,
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  better TEXT NOT NULL CHECK (better IN ('higher', 'lower', 'neither')),
  counts TEXT NOT NULL,
  UNIQUE (scope, name, unit, better, counts)
) STRICT;

INSERT INTO declared_metric (id, scope, name, unit, better, counts)
SELECT id, '', name,
  CASE
    WHEN name IN ('mAP', 'AP50', 'AP75', 'APsmall', 'APmedium', 'APlarge', 'AR100', 'precision@0.5', 'recall@0.5') THEN '%'
    WHEN name IN ('meanIoU', 'formatRate', 'truncated', 'clipFraction', 'flatGroups') THEN 'share'
    WHEN name IN ('meanTokens', 'minTokens', 'maxTokens', 'completionLength', 'completionLengthMax') THEN 'tokens'
    WHEN name IN ('kl', 'entropy', 'samplerGap') THEN 'nats'
    WHEN name IN ('evaluationSize', 'rewardErrors', 'groupsTried') THEN 'count'
    ELSE ''
  END,
  CASE
    WHEN name IN ('mAP', 'AP50', 'AP75', 'APsmall', 'APmedium', 'APlarge', 'AR100', 'precision@0.5', 'recall@0.5',
      'meanIoU', 'formatRate', 'reward') OR name LIKE 'reward/%' THEN 'higher'
    WHEN name IN ('truncated', 'loss', 'rewardErrors', 'flatGroups', 'samplerGap') THEN 'lower'
    ELSE 'neither'
  END,
  CASE WHEN name = 'evaluationSize' THEN 'image' ELSE '' END
FROM metric_key;

DROP TABLE metric_key;
ALTER TABLE declared_metric RENAME TO metric_key;

-- The last value of every metric of a stage execution, kept up to date with each step.
CREATE TABLE last_value (
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  key INTEGER NOT NULL REFERENCES metric_key (id),
  step INTEGER NOT NULL,
  value REAL,
  PRIMARY KEY (stage, key)
) STRICT, WITHOUT ROWID;

INSERT INTO last_value (stage, key, step, value)
SELECT m.stage, m.key, m.step, m.value
FROM (SELECT stage, key, max(step) AS step FROM metric GROUP BY stage, key) latest
JOIN metric m ON m.stage = latest.stage AND m.key = latest.key AND m.step = latest.step;

-- A table's metrics with the scope that each name meant: that of the last stage of a run that has the metric.
UPDATE experiment SET "table" = json_set("table", '$.metrics', json((
  SELECT json_group_array(json_object('title', listed.value, 'name', listed.value, 'scope', coalesce((
    SELECT rs.label
    FROM run r JOIN run_stage rs ON rs.run = r.id JOIN last_value l ON l.stage = rs.stage JOIN metric_key k ON k.id = l.key
    WHERE r.experiment = experiment.id AND r.current = 1 AND k.name = listed.value
    ORDER BY rs.position DESC LIMIT 1
  ), '')))
  FROM (SELECT value FROM json_each("table", '$.metrics') ORDER BY key) listed
))) WHERE json_type("table", '$.metrics') = 'array';

-- Texts that repeat, once. digest: the first 16 bytes of the content's sha256.
CREATE TABLE text (
  id INTEGER PRIMARY KEY NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  content TEXT NOT NULL
) STRICT;

-- One completion. `scope` is that of a nested evaluation, else empty. details: JSON that the task types.
CREATE TABLE completion (
  id INTEGER PRIMARY KEY NOT NULL,
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  step INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  example TEXT NOT NULL,
  prompt INTEGER NOT NULL REFERENCES text (id),
  completion TEXT NOT NULL,
  solution INTEGER NOT NULL REFERENCES text (id),
  details INTEGER NOT NULL REFERENCES text (id),
  token_count INTEGER NOT NULL,
  finish_reason TEXT NOT NULL CHECK (finish_reason IN ('stop', 'length')),
  UNIQUE (stage, scope, step, ordinal)
) STRICT;

CREATE TEMP TABLE old_text AS
SELECT id, prompt, solution,
  json_object('image', image, 'width', width, 'height', height, 'inputWidth', input_width, 'inputHeight', input_height)
    AS details
FROM sample;
INSERT OR IGNORE INTO text (digest, content) SELECT text_digest(prompt), prompt FROM old_text;
INSERT OR IGNORE INTO text (digest, content) SELECT text_digest(solution), solution FROM old_text;
INSERT OR IGNORE INTO text (digest, content) SELECT text_digest(details), details FROM old_text;
INSERT INTO completion (id, stage, scope, step, ordinal, example, prompt, completion, solution, details, token_count,
  finish_reason)
SELECT s.id, s.stage, '', s.step, s.ordinal, s.example,
  (SELECT id FROM text WHERE digest = text_digest(o.prompt)), s.completion,
  (SELECT id FROM text WHERE digest = text_digest(o.solution)),
  (SELECT id FROM text WHERE digest = text_digest(o.details)), s.token_count, s.finish_reason
FROM sample s JOIN old_text o ON o.id = s.id;
DROP TABLE old_text;

CREATE TABLE completion_reward (
  sample INTEGER NOT NULL REFERENCES completion (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  part TEXT NOT NULL,
  value REAL,
  error TEXT,
  PRIMARY KEY (sample, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO completion_reward SELECT * FROM sample_reward;
DROP TABLE sample_reward;
ALTER TABLE completion_reward RENAME TO sample_reward;

CREATE TABLE completion_box (
  sample INTEGER NOT NULL REFERENCES completion (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('true', 'predicted')),
  label TEXT NOT NULL,
  space TEXT NOT NULL CHECK (space IN ('original', 'resized', 'thousand')),
  x1 REAL,
  y1 REAL,
  x2 REAL,
  y2 REAL,
  PRIMARY KEY (sample, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO completion_box SELECT * FROM box;
DROP TABLE box;
ALTER TABLE completion_box RENAME TO box;

DROP TABLE sample;

-- A sample with its texts.
CREATE VIEW sample AS
SELECT c.id, c.stage, c.scope, c.step, c.ordinal, c.example, p.content AS prompt, c.completion, s.content AS solution,
  c.token_count, c.finish_reason, d.content ->> '$.image' AS image, d.content ->> '$.width' AS width,
  d.content ->> '$.height' AS height, d.content ->> '$.inputWidth' AS input_width,
  d.content ->> '$.inputHeight' AS input_height, d.content AS details
FROM completion c
JOIN text p ON p.id = c.prompt
JOIN text s ON s.id = c.solution
JOIN text d ON d.id = c.details;

-- Every part of the reward in a step, and the completions' lengths in a stage, summed up with each step.
CREATE TABLE step_reward (
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  step INTEGER NOT NULL,
  part TEXT NOT NULL,
  n INTEGER NOT NULL,
  mean REAL,
  errors INTEGER NOT NULL,
  PRIMARY KEY (stage, scope, step, part)
) STRICT, WITHOUT ROWID;

INSERT INTO step_reward (stage, scope, step, part, n, mean, errors)
SELECT c.stage, c.scope, c.step, w.part, count(*), avg(w.value), count(w.error)
FROM completion c JOIN sample_reward w ON w.sample = c.id
GROUP BY c.stage, c.scope, c.step, w.part;

-- Completions of 3000 tokens or more are counted apart, as in the published study.
CREATE TABLE stage_tokens (
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  n INTEGER NOT NULL,
  min INTEGER,
  max INTEGER,
  total INTEGER NOT NULL,
  n_3000 INTEGER NOT NULL,
  PRIMARY KEY (stage, scope)
) STRICT, WITHOUT ROWID;

INSERT INTO stage_tokens (stage, scope, n, min, max, total, n_3000)
SELECT stage, scope,
  sum(token_count < 3000),
  min(CASE WHEN token_count < 3000 THEN token_count END),
  max(CASE WHEN token_count < 3000 THEN token_count END),
  coalesce(sum(CASE WHEN token_count < 3000 THEN token_count END), 0),
  sum(token_count >= 3000)
FROM completion GROUP BY stage, scope;

-- Weights of an unfinished loop at its best steps so far, and what a finished one keeps beside the weights it hands on.
CREATE TABLE best_weights (
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  value REAL NOT NULL,
  artifact TEXT NOT NULL REFERENCES artifact (hash),
  PRIMARY KEY (stage, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX best_weights_artifact ON best_weights (artifact);

CREATE TABLE kept_weights (
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('best', 'last')),
  step INTEGER NOT NULL,
  artifact TEXT NOT NULL REFERENCES artifact (hash),
  PRIMARY KEY (stage, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_weights_artifact ON kept_weights (artifact);

-- Views. Their columns are an interface: changed only by a further migration.
-- `ordinal` is the variant's place in the experiment's table, `position` the stage's place in its run, `metric` the whole
-- name of a metric, scope/name.

-- The last value of every metric of every finished current run, with the stage execution that it came from.
CREATE VIEW final_value AS
SELECT e.name AS experiment, v.name AS variant, v.role, v.ordinal, r.seed,
  CASE k.scope WHEN '' THEN rs.label ELSE k.scope END AS scope, k.name, k.unit, k.better, k.counts,
  l.stage, l.step, l.value
FROM experiment e
JOIN variant v ON v.experiment = e.id
JOIN run r ON r.experiment = v.experiment AND r.variant = v.name AND r.current = 1 AND r.status = 'done'
JOIN run_stage rs ON rs.run = r.id
JOIN last_value l ON l.stage = rs.stage
JOIN metric_key k ON k.id = l.key;

CREATE VIEW final_metric AS
SELECT experiment, variant, seed, scope || '/' || name AS metric, value, scope, name, unit, better, counts FROM final_value;

-- Only windows, no GROUP BY: through these SQLite hands the name of the experiment that is asked for down to the runs.
-- n counts stage executions, not runs: what three seeds share was measured once. Non-finite values are left out of n.
-- ci95 is the half-width of the 95 % interval of the mean.
CREATE VIEW ablation AS
WITH
  one AS (
    SELECT DISTINCT experiment, variant, ordinal, scope, name, unit, better, counts, stage, value FROM final_value
  ),
  centred AS (
    SELECT *, avg(value) OVER (PARTITION BY experiment, variant, ordinal, scope, name, unit, better, counts) AS centre
    FROM one
  ),
  spread AS (
    SELECT DISTINCT experiment, variant, ordinal, scope, name, unit, better, counts, centre AS mean,
      count(value) OVER (PARTITION BY experiment, variant, ordinal, scope, name, unit, better, counts) AS n,
      sum((value - centre) * (value - centre))
        OVER (PARTITION BY experiment, variant, ordinal, scope, name, unit, better, counts) AS squares
    FROM centred
  ),
  deviation AS (SELECT *, CASE WHEN n > 1 THEN sqrt(squares / (n - 1)) END AS sd FROM spread)
SELECT experiment, variant, scope || '/' || name AS metric, n, mean, sd,
  sd / sqrt(n) * (SELECT t975 FROM student_t WHERE df <= n - 1 ORDER BY df DESC LIMIT 1) AS ci95,
  ordinal, scope, name, unit, better, counts
FROM deviation;

-- CROSS JOIN keeps SQLite to the order written, which starts from the one experiment that is asked for.
-- Differences to the first variant of a role ('baseline' or 'reference'), paired by seed. n counts distinct pairs of
-- stage executions. wins: pairs in which the variant is above. separated: the 95 % interval leaves zero out.
CREATE VIEW contrast AS
WITH
  pair AS (
    SELECT DISTINCT av.role AS against, e.name AS experiment, v.name AS variant, v.ordinal,
      CASE k.scope WHEN '' THEN rs.label ELSE k.scope END AS scope, k.name, k.unit, k.better, k.counts,
      f.stage, a.stage AS other, f.value - a.value AS delta
    FROM experiment e
    CROSS JOIN variant av ON av.experiment = e.id AND av.role <> 'variant' AND av.ordinal = (
      SELECT min(first.ordinal) FROM variant first WHERE first.experiment = e.id AND first.role = av.role
    )
    CROSS JOIN variant v ON v.experiment = e.id AND v.name <> av.name
    CROSS JOIN run r ON r.experiment = e.id AND r.variant = v.name AND r.current = 1 AND r.status = 'done'
    CROSS JOIN run ar ON ar.experiment = e.id AND ar.variant = av.name AND ar.seed = r.seed AND ar.current = 1
      AND ar.status = 'done'
    CROSS JOIN run_stage rs ON rs.run = r.id
    CROSS JOIN last_value f ON f.stage = rs.stage
    CROSS JOIN metric_key k ON k.id = f.key
    CROSS JOIN run_stage ars ON ars.run = ar.id AND (k.scope <> '' OR ars.label = rs.label)
    CROSS JOIN last_value a ON a.stage = ars.stage AND a.key = f.key
  ),
  centred AS (
    SELECT *, avg(delta) OVER (
      PARTITION BY against, experiment, variant, ordinal, scope, name, unit, better, counts
    ) AS centre
    FROM pair
  ),
  spread AS (
    SELECT DISTINCT against, experiment, variant, ordinal, scope, name, unit, better, counts, centre AS delta,
      count(delta) OVER (
        PARTITION BY against, experiment, variant, ordinal, scope, name, unit, better, counts
      ) AS n,
      coalesce(sum(delta > 0) OVER (
        PARTITION BY against, experiment, variant, ordinal, scope, name, unit, better, counts
      ), 0) AS wins,
      sum((delta - centre) * (delta - centre)) OVER (
        PARTITION BY against, experiment, variant, ordinal, scope, name, unit, better, counts
      ) AS squares
    FROM centred
  ),
  interval AS (
    SELECT *, CASE WHEN n > 1 THEN sqrt(squares / (n - 1)) / sqrt(n)
      * (SELECT t975 FROM student_t WHERE df <= n - 1 ORDER BY df DESC LIMIT 1) END AS ci95
    FROM spread
  )
SELECT against, experiment, variant, scope || '/' || name AS metric, n, delta, ci95, wins,
  CASE WHEN n >= 2 AND abs(delta) > ci95 THEN 1 ELSE 0 END AS separated,
  ordinal, scope, name, unit, better, counts
FROM interval;

CREATE VIEW paired AS
SELECT experiment, variant, metric, n, delta, ci95, wins, separated, ordinal, scope, name, unit, better, counts
FROM contrast WHERE against = 'baseline';

CREATE VIEW gain AS
SELECT experiment, variant, metric, n, delta, ci95, wins, separated, ordinal, scope, name, unit, better, counts
FROM contrast WHERE against = 'reference';

-- Every stage of every current run, finished or not.
CREATE VIEW current_stage AS
SELECT e.name AS experiment, v.name AS variant, v.ordinal, r.seed, rs.position, s.id AS stage, s.kind, rs.label
FROM experiment e
JOIN variant v ON v.experiment = e.id
JOIN run r ON r.experiment = v.experiment AND r.variant = v.name AND r.current = 1
JOIN run_stage rs ON rs.run = r.id
JOIN stage s ON s.id = rs.stage;

CREATE VIEW missing AS
SELECT e.name AS experiment, r.variant, r.seed, r.status, v.ordinal
FROM experiment e
JOIN variant v ON v.experiment = e.id
JOIN run r ON r.experiment = v.experiment AND r.variant = v.name AND r.current = 1 AND r.status <> 'done';

CREATE VIEW learning_curve AS
SELECT c.experiment, c.variant, c.seed, c.label AS stage,
  CASE k.scope WHEN '' THEN c.label ELSE k.scope END || '/' || k.name AS metric, m.step, m.value, c.ordinal, c.position,
  CASE k.scope WHEN '' THEN c.label ELSE k.scope END AS scope, k.name, k.unit, k.better, k.counts
FROM current_stage c JOIN metric m ON m.stage = c.stage JOIN metric_key k ON k.id = m.key;

-- errors: completions on which the part threw and its fallback was taken (they are within n and mean).
CREATE VIEW reward_part AS
SELECT c.experiment, c.variant, c.seed, c.label AS stage, w.step, w.part, w.n, w.mean, w.errors, c.ordinal, c.position,
  w.scope
FROM current_stage c JOIN step_reward w ON w.stage = c.stage;

-- n, min, max and mean are of completions below 3000 tokens, as in the published study; n_3000 counts the others.
CREATE VIEW token_statistics AS
SELECT c.experiment, c.variant, c.seed, c.label AS stage, t.n, t.min, t.max,
  CASE WHEN t.n > 0 THEN t.total * 1.0 / t.n END AS mean, t.n_3000, c.ordinal, c.position, t.scope
FROM current_stage c JOIN stage_tokens t ON t.stage = c.stage;
