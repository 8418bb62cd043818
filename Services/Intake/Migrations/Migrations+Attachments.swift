import Postgres

extension Migrations {
  /// Files of drafts and proposals.
  ///
  /// In the database, not in a folder: they come and go with their text in one transaction, are in the same backup, and every
  /// instance of the service has them.
  static let attachments = Migration(
    113, "attachments",
    """
    CREATE TABLE attachment (
      draft uuid REFERENCES draft ON DELETE CASCADE,
      proposal uuid REFERENCES proposal ON DELETE CASCADE,
      number smallint NOT NULL CHECK (number BETWEEN 1 AND 3),
      name text NOT NULL, type text NOT NULL,
      size integer NOT NULL CHECK (size BETWEEN 1 AND 3145728),
      sha256 bytea NOT NULL, content bytea NOT NULL, added_at timestamptz NOT NULL,
      CHECK (num_nonnulls(draft, proposal) = 1),
      CHECK (size = octet_length(content)),
      UNIQUE (draft, number), UNIQUE (proposal, number));
    -- It is packed already.
    ALTER TABLE attachment ALTER content SET STORAGE EXTERNAL;
    """)
}
