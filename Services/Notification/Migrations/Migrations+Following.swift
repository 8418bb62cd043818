import Postgres

extension Migrations {
  /// Who follows what, what they were told, and which digest it waits for.
  static let following = [
    Migration(
      102, "follows, inbox and digests",
      """
      -- A follow of a task also says how its author and its supporters are told.
      CREATE TABLE follow (
        citizen uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('task', 'category', 'office')),
        subject text NOT NULL,
        frequency text NOT NULL CHECK (frequency IN ('at-once', 'daily', 'weekly', 'inbox')),
        followed_at timestamptz NOT NULL,
        PRIMARY KEY (kind, subject, citizen));
      CREATE INDEX follow_by_citizen ON follow (citizen, followed_at);

      -- Who had the task before an event hears of it, too. Nobody follows what is not public.
      ALTER TABLE followed_proposal ADD office text, ADD is_public boolean NOT NULL DEFAULT false;
      UPDATE followed_proposal SET is_public = true WHERE proposal IN (SELECT proposal FROM supporter);

      -- The words are fixed once for all readers of an audience.
      CREATE TABLE notice (
        event_id uuid NOT NULL, audience text NOT NULL,
        type text NOT NULL, proposal uuid, title text,
        headline_ko text NOT NULL, text_ko text NOT NULL, headline_en text NOT NULL, text_en text NOT NULL,
        told_at timestamptz NOT NULL,
        PRIMARY KEY (event_id, audience),
        CHECK ((proposal IS NULL) = (title IS NULL)));
      CREATE INDEX notice_by_time ON notice (told_at);

      CREATE TABLE inbox_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL, audience text NOT NULL, citizen uuid NOT NULL,
        came_at timestamptz NOT NULL, read_at timestamptz,
        UNIQUE (event_id, citizen),
        FOREIGN KEY (event_id, audience) REFERENCES notice ON DELETE CASCADE);
      CREATE INDEX inbox_entry_by_citizen ON inbox_entry (citizen, id DESC);
      CREATE INDEX inbox_entry_unread ON inbox_entry (citizen, id DESC) WHERE read_at IS NULL;

      -- What waits for a digest; goes with the address.
      CREATE TABLE digest_entry (
        frequency text NOT NULL CHECK (frequency IN ('daily', 'weekly')),
        citizen uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
        event_id uuid NOT NULL, audience text NOT NULL,
        cause text NOT NULL, came_at timestamptz NOT NULL,
        PRIMARY KEY (frequency, citizen, event_id));
      CREATE INDEX digest_entry_by_citizen ON digest_entry (citizen);

      -- Which digests were made: one for each citizen and period.
      CREATE TABLE digest (
        citizen uuid NOT NULL, frequency text NOT NULL, period timestamptz NOT NULL,
        PRIMARY KEY (citizen, frequency, period));
      CREATE INDEX digest_by_period ON digest (period);

      -- A mail has a text of its own (a digest, or one from before this migration) or tells a notice. Its cause is what
      -- its link stops.
      ALTER TABLE outgoing_mail ALTER subject DROP NOT NULL, ALTER body DROP NOT NULL,
        ADD audience text, ADD cause text NOT NULL DEFAULT 'all',
        ADD CHECK ((subject IS NULL) = (body IS NULL) AND (subject IS NULL) = (audience IS NOT NULL));
      """)
  ]
}
