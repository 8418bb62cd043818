import Postgres

extension Migrations {
  /// What everybody was told last of how long reviews take.
  static let notice = Migration(
    104, "notice of late reviews",
    """
    -- One row, locked by whoever looks: of several processes that see the same change one tells of it.
    CREATE TABLE review_notice (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      is_late boolean NOT NULL);
    INSERT INTO review_notice (is_late) VALUES (false);
    """)
}
