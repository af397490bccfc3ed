-- The questions of a guru in order of time; what the analytics count of them stands in the index itself, so that a year of
-- a million questions is counted without reading a row.
CREATE INDEX question_asked ON question (guru_id, created_at DESC, id DESC) INCLUDE (door, answered, outcome, duration_ms);
--> statement-breakpoint
DROP INDEX question_guru;
--> statement-breakpoint
-- Those without an answer are few, and a page of them must not read past all the others.
CREATE INDEX question_unanswered ON question (guru_id, created_at DESC, id DESC) WHERE answered = 'no' AND outcome IS NOT NULL;
--> statement-breakpoint
-- A search for a word that few questions have.
CREATE INDEX question_text_trigrams ON question USING gin (guru_id, text gin_trgm_ops);
--> statement-breakpoint
-- The sources that an answer quoted, one a row, and none of a question without an answer: what `question.references` says, in a form that can be counted. A source
-- that was deleted since keeps its rows. They go with the guru, as the questions do: by the question they would go one
-- by one, and a guru with a million questions could not be deleted in the time that a statement has.
CREATE TABLE question_source (
  question_id uuid NOT NULL,
  source_id uuid NOT NULL,
  guru_id uuid NOT NULL REFERENCES guru ON DELETE CASCADE,
  door text NOT NULL,
  asked_at timestamptz NOT NULL,
  PRIMARY KEY (question_id, source_id)
);
--> statement-breakpoint
CREATE INDEX question_source_asked ON question_source (guru_id, asked_at) INCLUDE (source_id, door);
--> statement-breakpoint
CREATE FUNCTION question_sources_of(q question) RETURNS SETOF question_source LANGUAGE sql STABLE AS $$
  SELECT DISTINCT q.id, r::uuid, q.guru_id, q.door, q.created_at
  FROM jsonb_array_elements_text(CASE jsonb_typeof(q."references") WHEN 'array' THEN q."references" ELSE '[]' END) AS r
  WHERE q.answered = 'yes' AND r ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
$$;
--> statement-breakpoint
INSERT INTO question_source SELECT s.* FROM question q, question_sources_of(q) s;
--> statement-breakpoint
-- By the database, so that no door forgets it. It only adds and deletes rows of the question's own: no two questions wait
-- for each other.
CREATE FUNCTION question_sources_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN DELETE FROM question_source WHERE question_id = NEW.id; END IF;
  INSERT INTO question_source SELECT * FROM question_sources_of(NEW);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER question_sources_new AFTER INSERT ON question FOR EACH ROW EXECUTE FUNCTION question_sources_kept();
--> statement-breakpoint
CREATE TRIGGER question_sources_changed AFTER UPDATE OF "references", answered ON question FOR EACH ROW
  WHEN ((OLD."references", OLD.answered) IS DISTINCT FROM (NEW."references", NEW.answered)) EXECUTE FUNCTION question_sources_kept();
