import Postgres

extension Migrations {
  /// The log is given away in the order of its times.
  static let openData = Migration(106, "open data", "CREATE INDEX action_log_by_time ON action_log (at DESC, id DESC);")
}
