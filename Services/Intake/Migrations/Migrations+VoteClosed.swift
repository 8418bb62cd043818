import Postgres

extension Migrations {
  /// A task that went over its bar is discussed until its vote has closed.
  static let voteClosed = Migration(
    116, "when the vote closed",
    """
    ALTER TABLE proposal ADD COLUMN vote_closed_at timestamptz;
    -- Whether the vote on what was referred before is still open is not known here: its discussion stays closed.
    UPDATE proposal SET vote_closed_at = state_since WHERE state IN ('closed', 'referred', 'assigned', 'suspended');
    """)
}
