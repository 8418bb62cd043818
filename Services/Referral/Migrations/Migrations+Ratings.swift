import Postgres

extension Migrations {
  /// What supporters and voters think of answers and implementations.
  static let ratings = Migration(
    115, "ratings",
    """
    CREATE TABLE rating (
      id uuid PRIMARY KEY,
      case_id uuid NOT NULL REFERENCES referral_case,
      subject text NOT NULL CHECK (subject IN ('answer', 'implementation')),
      -- Shown to nobody.
      citizen uuid NOT NULL,
      -- The one that answered, or that carries it out.
      ministry text NOT NULL REFERENCES ministry,
      score int NOT NULL CHECK (score BETWEEN 1 AND 5),
      reason text NOT NULL,
      rated_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
      hidden_at timestamptz, hidden_by uuid, hiding_code text, hiding_explanation text, hiding_confirmed_by uuid,
      proposed_code text, proposed_explanation text, proposed_by uuid, proposed_at timestamptz,
      CONSTRAINT one_rating_a_citizen UNIQUE (case_id, subject, citizen),
      CONSTRAINT hidden_is_whole
        CHECK (num_nonnulls(hidden_at, hidden_by, hiding_code, hiding_confirmed_by) IN (0, 4)),
      CONSTRAINT proposed_is_whole CHECK (num_nonnulls(proposed_code, proposed_by, proposed_at) IN (0, 3)),
      CONSTRAINT hidden_by_two CHECK (hiding_confirmed_by <> hidden_by));
    CREATE INDEX rating_by_time ON rating (case_id, rated_at DESC, id DESC);
    CREATE INDEX rating_by_case ON rating (case_id, subject, score);
    CREATE INDEX rating_by_ministry ON rating (ministry, subject, score);
    CREATE INDEX rating_proposed ON rating (proposed_at, id) WHERE proposed_by IS NOT NULL;
    """)

  /// What was told of the ratings, and what has changed since.
  static let toldRatings = Migration(
    120, "told ratings",
    """
    -- A row for each change, since one that all have to lock would let one citizen at a time rate.
    CREATE TABLE rating_change (case_id uuid NOT NULL REFERENCES referral_case, subject text NOT NULL);
    CREATE INDEX rating_change_by_case ON rating_change (case_id, subject);
    CREATE TABLE told_ratings (
      case_id uuid NOT NULL REFERENCES referral_case, subject text NOT NULL, ministry text NOT NULL REFERENCES ministry,
      -- How often each score was given, 1 to 5.
      distribution bigint[] NOT NULL, told_at timestamptz NOT NULL,
      PRIMARY KEY (case_id, subject, ministry));
    INSERT INTO rating_change (case_id, subject) SELECT DISTINCT case_id, subject FROM rating;
    """)
}
