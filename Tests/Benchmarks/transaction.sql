-- One vote, for pgbench: the ballot unless the voter has one, then the tally. The next line becomes one that draws the vote by its size.
${VOTE}
\set yes random(1, 10)
BEGIN;
WITH new AS (
  INSERT INTO voting.ballot (accepted_ms, log_offset, vote, partition, yes, pseudonym)
  VALUES (0, 0, :vote, 0, :yes <> 1, gen_random_uuid()) ON CONFLICT DO NOTHING RETURNING yes)
SELECT count(*) FILTER (WHERE yes) AS new_yes, count(*) FILTER (WHERE NOT yes) AS new_no FROM new \gset
UPDATE voting.tally SET yes = yes + :new_yes, no = no + :new_no, version = version + 1 WHERE vote = :vote;
COMMIT;
