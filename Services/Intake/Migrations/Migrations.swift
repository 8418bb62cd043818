public import Postgres
import ServiceKit

/// What builds the schema `intake`.
public enum Migrations {
  /// In the order of their numbers, ServiceKit's own first; applied ones never change.
  public static let all: [Migration] =
    BaseMigrations.all + [
      Migration(
        100, "proposals",
        """
        CREATE TABLE proposal (
          id uuid PRIMARY KEY,
          author uuid NOT NULL,
          title text NOT NULL, summary text NOT NULL, body text NOT NULL,
          category text NOT NULL, reference text,
          state text NOT NULL, state_since timestamptz NOT NULL,
          submitted_at timestamptz NOT NULL,
          withdrawal_reason text, rejection_code text, rejection_explanation text);
        CREATE INDEX proposal_by_time ON proposal (submitted_at DESC, id DESC);
        CREATE INDEX proposal_by_state ON proposal (state, submitted_at DESC, id DESC);
        """),
      Migration(
        101, "drafts",
        """
        -- As it was typed: nothing need be there, and nothing need be right.
        CREATE TABLE draft (
          id uuid PRIMARY KEY,
          author uuid NOT NULL,
          title text, summary text, body text, category text, reference text,
          version bigint NOT NULL, saved_at timestamptz NOT NULL);
        CREATE INDEX draft_by_author ON draft (author, saved_at DESC, id);
        CREATE INDEX draft_by_time ON draft (saved_at);
        """),
      Migration(
        102, "supporters, revisions, review in rounds",
        """
        ALTER TABLE proposal
          ADD COLUMN revision int NOT NULL DEFAULT 1,
          ADD COLUMN channel text NOT NULL DEFAULT 'online',
          ADD COLUMN filed_at timestamptz,
          -- Null: not before the Support Unit yet, and nobody finds it.
          ALTER COLUMN submitted_at DROP NOT NULL,
          ADD COLUMN supporters_needed int CHECK (supporters_needed > 0),
          ADD COLUMN gate_ends_at timestamptz,
          ADD COLUMN invitation bytea UNIQUE,
          ADD COLUMN lapse_reason text,
          ADD COLUMN return_note text,
          ADD COLUMN merged_into uuid, ADD COLUMN merger_reason text,
          ADD CONSTRAINT gate_is_whole CHECK (
            (supporters_needed IS NULL) = (gate_ends_at IS NULL) AND (supporters_needed IS NULL) = (invitation IS NULL)),
          ADD CONSTRAINT merger_is_whole CHECK ((merged_into IS NULL) = (merger_reason IS NULL));
        UPDATE proposal SET filed_at = submitted_at;
        ALTER TABLE proposal ALTER COLUMN filed_at SET NOT NULL;
        CREATE INDEX proposal_gathering ON proposal (gate_ends_at) WHERE state = 'gathering';
        CREATE INDEX proposal_returned ON proposal (state_since) WHERE state = 'returned';

        CREATE TABLE supporter (
          proposal uuid NOT NULL REFERENCES proposal,
          citizen uuid NOT NULL,
          supported_at timestamptz NOT NULL,
          PRIMARY KEY (proposal, citizen));

        -- Every version of a text, as it was published; the last one also stands in the proposal.
        CREATE TABLE revision (
          proposal uuid NOT NULL REFERENCES proposal,
          revision int NOT NULL,
          title text NOT NULL, summary text NOT NULL, body text NOT NULL,
          category text NOT NULL, reference text,
          made_at timestamptz NOT NULL,
          PRIMARY KEY (proposal, revision));
        INSERT INTO revision (proposal, revision, title, summary, body, category, reference, made_at)
          SELECT id, revision, title, summary, body, category, reference, filed_at FROM proposal;
        """),
      Migration(
        103, "proposals that did not come online",
        """
        -- For whom the Support Unit entered a proposal. Personal: for its staff alone.
        CREATE TABLE offline_filing (
          proposal uuid PRIMARY KEY REFERENCES proposal,
          entered_by uuid NOT NULL,
          name text NOT NULL, contact text,
          received_at timestamptz NOT NULL,
          entered_at timestamptz NOT NULL);
        """),
    ] + [similar, sympathy, opinions, attachments, bar, opinionHiding, voteClosed, caseState]
}
