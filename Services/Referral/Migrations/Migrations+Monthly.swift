import Postgres

extension Migrations {
  /// Votes as the monthly rule looks at them.
  static let monthly = Migration(
    104, "first of the month",
    """
    CREATE TABLE known_vote (
      proposal uuid PRIMARY KEY, title text NOT NULL, category text NOT NULL, yes_bar bigint NOT NULL,
      rule_hash text NOT NULL,
      -- Null until it has closed.
      yes bigint, no bigint, carried boolean, closed_at timestamptz);
    CREATE INDEX known_vote_by_end ON known_vote (closed_at) WHERE NOT carried;
    CREATE TABLE referred_month (
      -- The number of its first day: days since 1970 in Korea.
      month bigint PRIMARY KEY, referred_at timestamptz NOT NULL);
    """)
}
