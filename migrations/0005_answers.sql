-- Answers of servers that a stage has got and not yet made into what it commits, by a hash of all that shaped them. They are gone
-- with the stage's end, or with the next checkpoint of its loop.
CREATE TABLE answer (
  stage INTEGER NOT NULL REFERENCES stage (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (stage, key)
) STRICT, WITHOUT ROWID;
