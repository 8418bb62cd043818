import Postgres

extension Migrations {
  /// What is done to opinions stands in the log too.
  static let deeds = Migration(
    105, "deeds on opinions",
    "ALTER TABLE action_log ADD COLUMN opinion uuid;")
}
