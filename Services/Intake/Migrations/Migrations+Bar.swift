import Postgres
import ServiceKit

extension Migrations {
  /// What is remembered of a bar that can be lost and crossed again.
  static let bar = Migration(
    114, "bar",
    """
    -- Crossings of the bar, named by their times: the last that was undone, and the last by which a ministry is in charge.
    ALTER TABLE proposal ADD COLUMN bar_undone timestamptz, ADD COLUMN bar_held timestamptz;
    """)
}
