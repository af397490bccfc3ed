-- A question whose searches ran out of time before any passage was found: nobody knows then what the sources say.
ALTER TABLE question DROP CONSTRAINT question_outcome_check, ADD CONSTRAINT question_outcome_check
  CHECK (outcome IN ('quoted', 'written', 'nothing_found', 'search_timed_out', 'not_answered', 'stopped', 'failed', 'lost'));
