-- Views of runs.db. Their columns are an interface: changed only by a further migration.
-- `ordinal` is the variant's place in the experiment's table, `position` the stage's place in its run.

-- The last value of every metric of every finished current run, with the stage execution that it came from.
CREATE VIEW final_value AS
SELECT e.name AS experiment, v.name AS variant, v.role, v.ordinal, r.seed, k.name AS metric, m.stage, m.step, m.value
FROM run r
JOIN experiment e ON e.id = r.experiment
JOIN variant v ON v.experiment = r.experiment AND v.name = r.variant
JOIN run_stage rs ON rs.run = r.id
CROSS JOIN metric_key k
JOIN metric m ON m.stage = rs.stage AND m.key = k.id
  AND m.step = (SELECT max(step) FROM metric WHERE stage = rs.stage AND key = k.id)
WHERE r.current = 1 AND r.status = 'done'
  AND NOT EXISTS (
    SELECT 1 FROM run_stage later JOIN metric lm ON lm.stage = later.stage AND lm.key = k.id
    WHERE later.run = r.id AND later.position > rs.position
  );

CREATE VIEW final_metric AS
SELECT experiment, variant, seed, metric, value FROM final_value;

-- n counts stage executions, not runs: what three seeds share was measured once. Non-finite values are left out of n.
-- ci95 is the half-width of the 95 % interval of the mean.
CREATE VIEW ablation AS
WITH
  one AS (SELECT DISTINCT experiment, variant, ordinal, metric, stage, value FROM final_value),
  average AS (
    SELECT experiment, variant, ordinal, metric, count(value) AS n, avg(value) AS mean
    FROM one GROUP BY experiment, variant, ordinal, metric
  ),
  spread AS (
    SELECT a.experiment, a.variant, a.ordinal, a.metric, a.n, a.mean,
      CASE WHEN a.n > 1 THEN sqrt(sum((o.value - a.mean) * (o.value - a.mean)) / (a.n - 1)) END AS sd
    FROM average a JOIN one o ON o.experiment = a.experiment AND o.variant = a.variant AND o.metric = a.metric
    GROUP BY a.experiment, a.variant, a.ordinal, a.metric, a.n, a.mean
  )
SELECT experiment, variant, metric, n, mean, sd,
  sd / sqrt(n) * (SELECT t975 FROM student_t WHERE df <= n - 1 ORDER BY df DESC LIMIT 1) AS ci95,
  ordinal
FROM spread;

-- Differences to the first variant of a role ('baseline' or 'reference'), paired by seed. n counts distinct pairs of
-- stage executions. wins: pairs in which the variant is above. separated: the 95 % interval leaves zero out.
CREATE VIEW contrast AS
WITH
  anchor AS (
    SELECT DISTINCT f.* FROM final_value f
    WHERE f.role <> 'variant' AND f.ordinal = (
      SELECT min(v.ordinal) FROM variant v JOIN experiment e ON e.id = v.experiment
      WHERE e.name = f.experiment AND v.role = f.role
    )
  ),
  pair AS (
    SELECT DISTINCT a.role AS against, f.experiment, f.variant, f.ordinal, f.metric, f.stage, a.stage AS other,
      f.value - a.value AS delta
    FROM anchor a
    JOIN final_value f ON f.experiment = a.experiment AND f.metric = a.metric AND f.seed = a.seed
      AND f.variant <> a.variant
  ),
  average AS (
    SELECT against, experiment, variant, ordinal, metric, count(delta) AS n, avg(delta) AS delta,
      coalesce(sum(delta > 0), 0) AS wins
    FROM pair GROUP BY against, experiment, variant, ordinal, metric
  ),
  spread AS (
    SELECT a.*,
      CASE WHEN a.n > 1 THEN sqrt(sum((p.delta - a.delta) * (p.delta - a.delta)) / (a.n - 1)) / sqrt(a.n)
        * (SELECT t975 FROM student_t WHERE df <= a.n - 1 ORDER BY df DESC LIMIT 1) END AS ci95
    FROM average a JOIN pair p ON p.against = a.against AND p.experiment = a.experiment AND p.variant = a.variant
      AND p.metric = a.metric
    GROUP BY a.against, a.experiment, a.variant, a.ordinal, a.metric, a.n, a.delta, a.wins
  )
SELECT against, experiment, variant, metric, n, delta, ci95, wins,
  CASE WHEN n >= 2 AND abs(delta) > ci95 THEN 1 ELSE 0 END AS separated,
  ordinal
FROM spread;

CREATE VIEW paired AS
SELECT experiment, variant, metric, n, delta, ci95, wins, separated, ordinal FROM contrast WHERE against = 'baseline';

CREATE VIEW gain AS
SELECT experiment, variant, metric, n, delta, ci95, wins, separated, ordinal FROM contrast WHERE against = 'reference';

-- Every stage of every current run, finished or not.
CREATE VIEW current_stage AS
SELECT e.name AS experiment, v.name AS variant, v.ordinal, r.seed, rs.position, s.id AS stage, s.kind, s.name
FROM run r
JOIN experiment e ON e.id = r.experiment
JOIN variant v ON v.experiment = r.experiment AND v.name = r.variant
JOIN run_stage rs ON rs.run = r.id
JOIN stage s ON s.id = rs.stage
WHERE r.current = 1;

CREATE VIEW missing AS
SELECT e.name AS experiment, r.variant, r.seed, r.status, v.ordinal
FROM run r
JOIN experiment e ON e.id = r.experiment
JOIN variant v ON v.experiment = r.experiment AND v.name = r.variant
WHERE r.current = 1 AND r.status <> 'done';

CREATE VIEW learning_curve AS
SELECT c.experiment, c.variant, c.seed, c.name AS stage, k.name AS metric, m.step, m.value, c.ordinal, c.position
FROM current_stage c JOIN metric m ON m.stage = c.stage JOIN metric_key k ON k.id = m.key;

-- errors: completions on which the part threw and its fallback was taken (they are within n and mean).
CREATE VIEW reward_part AS
SELECT c.experiment, c.variant, c.seed, c.name AS stage, s.step, w.part, count(*) AS n, avg(w.value) AS mean,
  count(w.error) AS errors, c.ordinal, c.position
FROM current_stage c JOIN sample s ON s.stage = c.stage JOIN sample_reward w ON w.sample = s.id
GROUP BY c.experiment, c.variant, c.seed, c.name, s.step, w.part, c.ordinal, c.position;

-- n, min, max and mean are of completions below 3000 tokens, as in the published study; n_3000 counts the others.
CREATE VIEW token_statistics AS
SELECT c.experiment, c.variant, c.seed, c.name AS stage,
  sum(s.token_count < 3000) AS n,
  min(CASE WHEN s.token_count < 3000 THEN s.token_count END) AS min,
  max(CASE WHEN s.token_count < 3000 THEN s.token_count END) AS max,
  avg(CASE WHEN s.token_count < 3000 THEN s.token_count END) AS mean,
  sum(s.token_count >= 3000) AS n_3000,
  c.ordinal, c.position
FROM current_stage c JOIN sample s ON s.stage = c.stage
GROUP BY c.experiment, c.variant, c.seed, c.name, c.ordinal, c.position;
