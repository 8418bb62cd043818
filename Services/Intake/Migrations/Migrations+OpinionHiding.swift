import Postgres

extension Migrations {
  /// A hiding takes two people.
  static let opinionHiding = Migration(
    115, "second person for hidden opinions",
    """
    ALTER TABLE opinion
      -- Null in what one person hid before it took two.
      ADD COLUMN hiding_confirmed_by uuid,
      ADD COLUMN proposed_code text, ADD COLUMN proposed_explanation text,
      ADD COLUMN proposed_by uuid, ADD COLUMN proposed_at timestamptz,
      ADD CONSTRAINT proposed_is_whole CHECK (num_nonnulls(proposed_code, proposed_by, proposed_at) IN (0, 3)),
      ADD CONSTRAINT hidden_by_two CHECK (hiding_confirmed_by <> hidden_by);
    CREATE INDEX opinion_proposed ON opinion (proposed_at, id) WHERE proposed_by IS NOT NULL;
    """)
}
