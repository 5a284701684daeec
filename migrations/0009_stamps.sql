-- Under which stamp (device, inode, size, times of change) the file of an artifact was last found whole: one that still has it need not be read to be known.
ALTER TABLE artifact ADD COLUMN stamp TEXT;
