import Postgres

extension Migrations {
  /// Who supports a proposal, and how many.
  ///
  /// Each row of a citizen comes and goes together with a row of change, so nobody waits for a counter that many write to.
  /// A job adds the changes up. What is counted and what is still to be added are the number at every moment.
  static let sympathy = Migration(
    111, "sympathy",
    """
    CREATE TABLE sympathy (
      proposal uuid NOT NULL, citizen uuid NOT NULL, given_at timestamptz NOT NULL,
      PRIMARY KEY (proposal, citizen));
    CREATE TABLE sympathy_change (
      proposal uuid NOT NULL, change smallint NOT NULL CHECK (change IN (-1, 1)));
    CREATE INDEX sympathy_change_by_proposal ON sympathy_change (proposal);
    CREATE TABLE sympathy_count (
      proposal uuid PRIMARY KEY REFERENCES proposal ON DELETE CASCADE,
      sympathies bigint NOT NULL DEFAULT 0 CHECK (sympathies >= 0));
    CREATE INDEX sympathy_count_by_number ON sympathy_count (sympathies DESC, proposal DESC);
    INSERT INTO sympathy_count (proposal) SELECT id FROM proposal;

    -- Every proposal has its number from the beginning, whoever enters it.
    CREATE FUNCTION begin_sympathy_count() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      INSERT INTO sympathy_count (proposal) VALUES (NEW.id);
      RETURN NULL;
    END $$;
    CREATE TRIGGER proposal_sympathies AFTER INSERT ON proposal
      FOR EACH ROW EXECUTE FUNCTION begin_sympathy_count();

    CREATE FUNCTION sympathies_of(id uuid) RETURNS bigint LANGUAGE sql STABLE
    RETURN coalesce((SELECT sympathies FROM sympathy_count AS counted WHERE counted.proposal = $1), 0)
      + coalesce((SELECT sum(change) FROM sympathy_change AS changed WHERE changed.proposal = $1), 0)::bigint;
    """)
}
