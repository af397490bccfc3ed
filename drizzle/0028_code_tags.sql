-- Tags of a repository that stand at commits that are searched: [{name, commit}], as its host told last, and what it had
-- more of than is kept, in words. A tag whose commit is none of `heads` any more names nothing.
ALTER TABLE code_repository ADD COLUMN tags jsonb NOT NULL DEFAULT '[]', ADD COLUMN tags_note text;
