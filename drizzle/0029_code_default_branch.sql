-- The default branch as the host told of it when the index was made: its name, and its commit where it is not among the
-- branches that answers come from; empty = it has none. Another one asks for the index to be made anew.
ALTER TABLE code_repository ADD COLUMN default_told text;
