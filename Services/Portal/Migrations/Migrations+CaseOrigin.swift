import Postgres

extension Migrations {
  /// What brought a case.
  static let caseOrigin = Migration(
    133, "origin of a case",
    """
    -- Null: the bar, or from before it was kept.
    ALTER TABLE task ADD COLUMN case_origin text,
      -- The off-line event that left the task outstanding.
      ADD COLUMN case_event jsonb;
    """)
}
