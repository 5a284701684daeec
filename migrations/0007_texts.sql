-- What most stages return is short JSON: it stands in its row, written with the transaction, instead of in a file with a sync of its own.
ALTER TABLE artifact ADD COLUMN content TEXT;
