import Postgres

extension Migrations {
  /// Finds proposals by the trigrams that they share with a text.
  ///
  /// pg_trgm is a trusted extension: the owner of the database may create it. It has a schema of its own, since an extension
  /// is in a database only once, and so that the rights in `intake` stay those of intake's own tables.
  static let similar = Migration(
    110, "similar",
    """
    CREATE SCHEMA IF NOT EXISTS trigram;
    CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA trigram;
    GRANT USAGE ON SCHEMA trigram TO PUBLIC;
    DO $$ BEGIN
      -- With LC_CTYPE C no letter beyond ASCII is one: nothing Korean would ever be found.
      IF cardinality(trigram.show_trgm('가나다')) = 0 THEN
        RAISE EXCEPTION 'the database needs a LC_CTYPE of UTF-8, such as C.UTF-8, to find Korean texts';
      END IF;
    END $$;

    CREATE FUNCTION trigram_hashes(words text) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT hashtext(t) FROM unnest(trigram.show_trgm(words)) AS t);

    CREATE TABLE proposal_trigram (
      proposal uuid PRIMARY KEY REFERENCES proposal ON DELETE CASCADE,
      title text NOT NULL,
      trigrams integer[] NOT NULL);
    INSERT INTO proposal_trigram (proposal, title, trigrams)
    SELECT id, title, trigram_hashes(concat_ws(' ', title, summary, body)) FROM proposal;
    -- Without a list of what is still to be entered: each search would read through it.
    CREATE INDEX proposal_trigram_by_trigram ON proposal_trigram USING gin (trigrams) WITH (fastupdate = off);
    CREATE INDEX proposal_trigram_by_title ON proposal_trigram
      USING gin (title trigram.gin_trgm_ops) WITH (fastupdate = off);

    CREATE FUNCTION note_trigrams() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      INSERT INTO proposal_trigram (proposal, title, trigrams)
      VALUES (NEW.id, NEW.title, trigram_hashes(concat_ws(' ', NEW.title, NEW.summary, NEW.body)))
      ON CONFLICT (proposal) DO UPDATE SET title = EXCLUDED.title, trigrams = EXCLUDED.trigrams;
      RETURN NULL;
    END $$;
    -- A trigger, so that whoever changes a text cannot forget it.
    CREATE TRIGGER proposal_trigrams AFTER INSERT OR UPDATE OF title, summary, body ON proposal
      FOR EACH ROW EXECUTE FUNCTION note_trigrams();

    -- Those that tell little, since many proposals have them, and how many: shares of a sample.
    CREATE TABLE common_trigram (trigram integer PRIMARY KEY, share real NOT NULL);
    """)
}
