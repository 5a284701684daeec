-- No difference is called separated that is the same at every seed, which says nothing of chance, and none is made of rounding.
DROP VIEW gain;
DROP VIEW paired;
DROP VIEW contrast;

-- CROSS JOIN keeps SQLite to the order written, which starts from the one experiment that is asked for.
-- Differences to the first variant of a role ('baseline' or 'reference'), paired by seed. n counts distinct pairs of
-- stage executions; values that differ by rounding alone do not differ. sd: spread of their differences. wins: pairs in
-- which the variant is above. separated: the 95 % interval leaves zero out, of three pairs or more that vary, and not
-- corrected for the number of comparisons (the table does).
CREATE VIEW contrast AS
WITH
  pair AS (
    SELECT DISTINCT av.role AS against, e.name AS experiment, v.name AS variant, v.ordinal,
      CASE k.scope WHEN '' THEN rs.label ELSE k.scope END AS scope, k.name, k.unit, k.better, k.counts,
      f.stage, a.stage AS other,
      iif(abs(f.value - a.value) <= 1e-12 * max(abs(f.value), abs(a.value)), 0.0, f.value - a.value) AS delta
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
  deviation AS (SELECT *, CASE WHEN n > 1 THEN sqrt(squares / (n - 1)) END AS sd FROM spread),
  interval AS (
    SELECT *, sd / sqrt(n) * (SELECT t975 FROM student_t WHERE df <= n - 1 ORDER BY df DESC LIMIT 1) AS ci95
    FROM deviation
  )
SELECT against, experiment, variant, scope || '/' || name AS metric, n, delta, sd, ci95, wins,
  CASE WHEN n >= 3 AND sd > 1e-9 * abs(delta) AND abs(delta) > ci95 THEN 1 ELSE 0 END AS separated,
  ordinal, scope, name, unit, better, counts
FROM interval;

CREATE VIEW paired AS
SELECT experiment, variant, metric, n, delta, sd, ci95, wins, separated, ordinal, scope, name, unit, better, counts
FROM contrast WHERE against = 'baseline';

CREATE VIEW gain AS
SELECT experiment, variant, metric, n, delta, sd, ci95, wins, separated, ordinal, scope, name, unit, better, counts
FROM contrast WHERE against = 'reference';
