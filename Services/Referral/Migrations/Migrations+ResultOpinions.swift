import Postgres

extension Migrations {
  /// What members of the Forum think of results.
  static let resultOpinions = Migration(
    116, "opinions on results",
    """
    CREATE TABLE result_opinion (
      id uuid PRIMARY KEY,
      case_id uuid NOT NULL REFERENCES referral_case,
      author uuid NOT NULL,
      text text NOT NULL,
      written_at timestamptz NOT NULL,
      hidden_at timestamptz, hidden_by uuid, hiding_code text, hiding_explanation text, hiding_confirmed_by uuid,
      proposed_code text, proposed_explanation text, proposed_by uuid, proposed_at timestamptz,
      CONSTRAINT hidden_is_whole
        CHECK (num_nonnulls(hidden_at, hidden_by, hiding_code, hiding_confirmed_by) IN (0, 4)),
      CONSTRAINT proposed_is_whole CHECK (num_nonnulls(proposed_code, proposed_by, proposed_at) IN (0, 3)),
      CONSTRAINT hidden_by_two CHECK (hiding_confirmed_by <> hidden_by));
    CREATE INDEX result_opinion_by_case ON result_opinion (case_id, written_at DESC, id DESC);
    CREATE INDEX result_opinion_by_author ON result_opinion (author, written_at DESC);
    CREATE INDEX result_opinion_proposed ON result_opinion (proposed_at, id) WHERE proposed_by IS NOT NULL;
    """)
}
