import Postgres

extension Migrations {
  /// What open data needs beside what the pages show.
  static let openData = Migration(
    131, "open data",
    """
    -- What is not shown; decided where it is written, read by everything that shows.
    ALTER TABLE task ADD COLUMN text_hidden boolean NOT NULL DEFAULT false,
      ADD COLUMN tally_hidden boolean NOT NULL DEFAULT false,
      -- By which edition of the rules the holds of the task were made; 0: by none yet.
      ADD COLUMN chain_edition int NOT NULL DEFAULT 0;
    UPDATE task SET
      text_hidden = coalesce(rejection_code IN ('libellous', 'offensive', 'advertisement'), false)
        AND appeal_outcome IS DISTINCT FROM 'overturned',
      tally_hidden = coalesce(totals = 'hidden', false) AND closed_at IS NULL;
    CREATE INDEX task_by_category ON task (category, listed_at DESC, proposal DESC);
    CREATE INDEX task_by_opening ON task (opens_at DESC, proposal DESC);
    CREATE INDEX task_by_count ON task (coalesce(amended_at, closed_at, counted_at) DESC, proposal DESC);
    CREATE INDEX task_by_receipt ON task (received_at DESC, case_id DESC);
    CREATE INDEX task_by_chain ON task (chain_edition);

    -- Where the event stands in Kafka; not known of those that were read before.
    ALTER TABLE history ADD COLUMN type text, ADD COLUMN topic text, ADD COLUMN partition int,
      ADD COLUMN record_offset bigint,
      -- Who has the case after the event, and until when; null where the event does not change that.
      ADD COLUMN holder text, ADD COLUMN owed_at timestamptz;
    CREATE INDEX history_by_time ON history (at DESC, event_id DESC);

    -- Who had a task, from its draft to its end; made anew from the history whenever that grows.
    CREATE TABLE hold (
      event_id uuid PRIMARY KEY, proposal uuid NOT NULL, number int NOT NULL,
      holder text NOT NULL, step text NOT NULL,
      since timestamptz NOT NULL, until timestamptz, due_at timestamptz, ended_by uuid);
    CREATE INDEX hold_by_proposal ON hold (proposal, number);
    CREATE INDEX hold_by_time ON hold (since DESC, event_id DESC);
    CREATE INDEX hold_by_holder ON hold (holder, since DESC);

    -- What an event of a case says beyond its line in the history: reasons, answers, milestones.
    CREATE TABLE case_record (
      event_id uuid PRIMARY KEY, proposal uuid NOT NULL, at timestamptz NOT NULL, sequence bigint NOT NULL,
      type text NOT NULL,
      data jsonb NOT NULL);
    CREATE INDEX case_record_by_proposal ON case_record (proposal, sequence);

    -- Who took part, for counting alone: nothing tells it again.
    CREATE TABLE participant (
      proposal uuid NOT NULL, citizen uuid NOT NULL, part text NOT NULL, at timestamptz NOT NULL,
      PRIMARY KEY (proposal, citizen, part));
    CREATE INDEX participant_by_time ON participant (at);
    """)

  /// For indicators that are made of what events of cases say.
  static let recordsByType = Migration(
    134, "records of cases by type", "CREATE INDEX case_record_by_type ON case_record (type, at);")

  /// Which holds are one hand-over.
  static let handOvers = Migration(
    135, "hand-overs of holds",
    """
    -- The number of the hold with which it began; 0 until the chain is made by the present edition of the rules.
    ALTER TABLE hold ADD COLUMN hand_over int NOT NULL DEFAULT 0,
      -- Whether it ended without an answer of whoever had it.
      ADD COLUMN taken_away boolean NOT NULL DEFAULT false;
    """)
}
