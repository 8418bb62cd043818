import Postgres

extension Migrations {
  /// What is ruled over ballots: ordered by the Support Unit, told in the log, done by the counter.
  static let rulings = Migration(
    104, "rulings over ballots",
    """
    CREATE TABLE vote_ruling (
      id uuid PRIMARY KEY, vote int NOT NULL REFERENCES vote,
      kind text NOT NULL, code text NOT NULL, reason text NOT NULL,
      -- Which ballots were asked for, as JSON; the ballots themselves are in ruled_ballot.
      condition text NOT NULL,
      state text NOT NULL, listed_yes bigint NOT NULL, listed_no bigint NOT NULL,
      proposed_by uuid NOT NULL, proposed_at timestamptz NOT NULL,
      decided_by uuid, decided_at timestamptz, refusal text,
      -- When it was in the log, and when the count had taken it: with how many ballots.
      told_at timestamptz, completed_at timestamptz, yes bigint, no bigint,
      CHECK (decided_by <> proposed_by OR state <> 'confirmed'));
    -- One after the other: two on the same ballots would show effects that they do not have.
    CREATE UNIQUE INDEX vote_ruling_proposed ON vote_ruling (vote) WHERE state = 'proposed';
    CREATE INDEX vote_ruling_by_vote ON vote_ruling (vote, proposed_at);
    CREATE INDEX vote_ruling_to_tell ON vote_ruling (decided_at) WHERE state = 'confirmed' AND told_at IS NULL;

    -- The ballots of a ruling, as they were when it was proposed.
    CREATE TABLE ruled_ballot (
      ruling uuid NOT NULL REFERENCES vote_ruling, partition smallint NOT NULL, log_offset bigint NOT NULL,
      pseudonym uuid NOT NULL,
      PRIMARY KEY (ruling, partition, log_offset));

    -- Ballots that came in quarantine (0), are void (1), were released (2); log_offset is that of the record that says so.
    -- Nobody can change or delete one.
    CREATE TABLE ballot_mark (
      vote int NOT NULL, pseudonym uuid NOT NULL, kind smallint NOT NULL, partition smallint NOT NULL,
      log_offset bigint NOT NULL, yes boolean NOT NULL, ruling uuid,
      PRIMARY KEY (vote, pseudonym, kind));
    CREATE INDEX ballot_mark_by_ruling ON ballot_mark (ruling) WHERE ruling IS NOT NULL;

    -- The ends of rulings that the count has passed, partition by partition.
    CREATE TABLE ruling_end (
      ruling uuid NOT NULL, partition int NOT NULL, vote int NOT NULL, log_offset bigint NOT NULL,
      PRIMARY KEY (ruling, partition));

    ALTER TABLE tally
      ADD COLUMN void bigint NOT NULL DEFAULT 0, ADD COLUMN quarantined bigint NOT NULL DEFAULT 0,
      -- The crossing that was undone last. A later one is later whatever the clocks of two counters say, since others
      -- name a crossing by its time.
      ADD COLUMN undone_crossing timestamptz;

    -- Results after the first are amendments; each is kept.
    ALTER TABLE vote_result ADD COLUMN edition int NOT NULL DEFAULT 1;
    ALTER TABLE vote_result DROP CONSTRAINT vote_result_pkey, ADD PRIMARY KEY (vote, edition);
    """)
}
