import Postgres

extension Migrations {
  /// Clocks of single milestones.
  static let milestones = Migration(
    118, "deadlines of the milestones",
    """
    -- Until when each milestone of the plan is owed, and what was told of it. Plans from before get theirs when the clocks
    -- are looked at next.
    ALTER TABLE referral_case ADD COLUMN deadlines jsonb NOT NULL DEFAULT '[]';
    UPDATE case_hold SET clock_at = NULL
    FROM referral_case
    WHERE referral_case.id = case_id AND ended_at IS NULL AND step IN ('ministry', 'implementation')
      AND dossier ? 'plan';
    """)
}
