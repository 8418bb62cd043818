import Postgres

extension Migrations {
  /// What citizens say for and against a proposal.
  static let opinions = Migration(
    112, "opinions",
    """
    -- A row stays when its author deletes the text: others have answered, and it counts for the rate.
    CREATE TABLE opinion (
      id uuid PRIMARY KEY,
      proposal uuid NOT NULL REFERENCES proposal ON DELETE CASCADE,
      answers_to uuid REFERENCES opinion ON DELETE CASCADE,
      side text CHECK (side IN ('pro', 'contra')),
      author uuid NOT NULL,
      text text,
      written_at timestamptz NOT NULL,
      hidden_at timestamptz, hidden_by uuid, hiding_code text, hiding_explanation text,
      deleted_at timestamptz,
      -- An answer has no side of its own.
      CHECK ((side IS NULL) <> (answers_to IS NULL)),
      CHECK ((text IS NULL) = (deleted_at IS NOT NULL)),
      CHECK ((hidden_at IS NULL) = (hiding_code IS NULL)));
    CREATE INDEX opinion_by_proposal ON opinion (proposal, side, written_at DESC, id DESC) WHERE answers_to IS NULL;
    CREATE INDEX opinion_by_answered ON opinion (answers_to, written_at, id) WHERE answers_to IS NOT NULL;
    CREATE INDEX opinion_by_author ON opinion (author, written_at DESC);
    CREATE TABLE opinion_flag (
      opinion uuid NOT NULL REFERENCES opinion ON DELETE CASCADE,
      citizen uuid NOT NULL, reason text NOT NULL, flagged_at timestamptz NOT NULL,
      PRIMARY KEY (opinion, citizen));
    """)
}
