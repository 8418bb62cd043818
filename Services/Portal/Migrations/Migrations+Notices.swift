import Postgres

extension Migrations {
  /// What everybody is told as long as it holds.
  static let notices = Migration(
    110, "notices",
    """
    CREATE TABLE notice (
      subject uuid PRIMARY KEY, target_days bigint NOT NULL, since timestamptz NOT NULL);
    """)
}
