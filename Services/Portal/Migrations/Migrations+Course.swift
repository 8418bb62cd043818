import Postgres

extension Migrations {
  /// How a case stands.
  static let course = Migration(
    130, "course of a case",
    """
    ALTER TABLE task ADD COLUMN case_state text, ADD COLUMN case_crossed_at timestamptz, ADD COLUMN case_holder text,
      ADD COLUMN case_due_at timestamptz;
    UPDATE task SET case_state = CASE WHEN ministry IS NULL THEN 'referred' ELSE 'assigned' END,
      case_crossed_at = greatest(assigned_crossed_at, resumed_crossed_at), case_holder = coalesce(ministry, 'committee'),
      case_due_at = coalesce(resumed_due_at, ministry_due_at, due_at)
    WHERE case_id IS NOT NULL;
    """)
}
