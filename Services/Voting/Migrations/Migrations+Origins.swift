import Postgres

extension Migrations {
  /// Where ballots come from, and the hourly look at it.
  static let origins: [Migration] = [
    Migration(
      110, "origins of ballots",
      """
      -- Entries of 42 bytes of one task and one minute (Rules/OriginEntry.swift), apart from the ballots. Deleted after
      -- 30 days.
      CREATE TABLE ballot_origin (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        block uuid NOT NULL UNIQUE,
        proposal uuid NOT NULL,
        first_ms bigint NOT NULL, last_ms bigint NOT NULL,
        entries int NOT NULL,
        data bytea NOT NULL,
        CONSTRAINT whole_entries CHECK (octet_length(data) = entries * 42 AND entries > 0),
        CONSTRAINT within_a_minute CHECK (last_ms >= first_ms AND last_ms - first_ms < 60000));
      -- Hashes get no shorter.
      ALTER TABLE ballot_origin ALTER COLUMN data SET STORAGE EXTERNAL;
      CREATE INDEX ballot_origin_by_task ON ballot_origin (proposal, last_ms, id);
      -- Rows come about in the order of their age: a few pages say where the old ones are.
      CREATE INDEX ballot_origin_by_age ON ballot_origin USING brin (last_ms);
      """),
    Migration(
      111, "hourly look at votes",
      """
      -- What the hourly look saw, as it is served. Its key is why an alarm is raised once. Deleted after 30 days.
      CREATE TABLE vote_trend (
        vote int NOT NULL REFERENCES vote, hour timestamptz NOT NULL, document text NOT NULL,
        PRIMARY KEY (vote, hour));
      """),
  ]

  /// Behind the rights on all tables: the counter has nothing to do with where ballots come from.
  static let originGrants = """
    REVOKE ALL ON voting.ballot_origin, voting.vote_trend FROM forum_vote_counter;
    GRANT INSERT, DELETE ON voting.ballot_origin, voting.vote_trend TO forum_voting;
    """
}
