import Postgres

extension Migrations {
  /// What is done to opinions stands in the log too.
  static let deeds = Migration(
    105, "deeds on opinions",
    "ALTER TABLE action_log ADD COLUMN opinion uuid;")
  /// What is done to what people write about results stands in the log too.
  static let caseTexts = Migration(
    107, "deeds on what is written about results",
    """
    ALTER TABLE action_log ADD COLUMN rating uuid, ADD COLUMN result_opinion uuid,
      ADD CONSTRAINT done_to_one_text CHECK (num_nonnulls(opinion, rating, result_opinion) <= 1);
    """)
}
