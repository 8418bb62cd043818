import Postgres

extension Migrations {
  /// Where a task stands by its case.
  static let caseState = Migration(
    117, "case state",
    """
    ALTER TABLE proposal ADD COLUMN case_state text;
    UPDATE proposal SET case_state = 'assigned' WHERE bar_held IS NOT NULL;
    """)
}
