public import Postgres
import ServiceKit

/// What builds the schema `portal`.
public enum Migrations {
  /// In the order in which they are applied.
  public static let all: [Migration] =
    BaseMigrations.all + [
      Migration(
        100, "tasks",
        """
        -- What is known of a proposal; made by whichever event comes first.
        CREATE TABLE task (
          proposal uuid PRIMARY KEY,
          -- Counts the changes of the row.
          revision bigint NOT NULL DEFAULT 0,
          -- The transaction that changed it last: lets a reader find all that it has not seen yet.
          changed bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
          state text NOT NULL DEFAULT 'submitted', listed_at timestamptz NOT NULL DEFAULT 'epoch',
          title text, category text, submitted_at timestamptz,
          withdrawn_at timestamptz, withdrawal_reason text,
          accepted_at timestamptz,
          rejected_at timestamptz, rejection_code text, rejection_explanation text,
          selected_at timestamptz,
          yes_bar bigint, referral text, opens_at timestamptz, closes_at timestamptz, rule_hash text,
          scheduled_at timestamptz, opened_at timestamptz, crossed_at timestamptz,
          closed_at timestamptz, closed_yes bigint, closed_no bigint, carried boolean,
          tally_version bigint, yes bigint, no bigint, counted_at timestamptz,
          case_id uuid, received_at timestamptz, due_at timestamptz,
          ministry text, assigned_at timestamptz, ministry_due_at timestamptz
        ) WITH (fillfactor = 80);
        CREATE INDEX task_by_time ON task (listed_at DESC, proposal DESC);
        CREATE INDEX task_by_state ON task (state, listed_at DESC, proposal DESC);
        CREATE INDEX task_by_open_vote ON task (listed_at DESC, proposal DESC)
          WHERE opened_at IS NOT NULL AND closed_at IS NULL;
        CREATE INDEX task_by_change ON task (changed);

        -- Apart from the rest: long, and never changed.
        CREATE TABLE task_text (
          proposal uuid PRIMARY KEY, summary text NOT NULL, body text NOT NULL, reference text);

        CREATE TABLE history (
          event_id uuid PRIMARY KEY, proposal uuid NOT NULL,
          kind text NOT NULL, at timestamptz NOT NULL,
          code text, note text, yes bigint, no bigint, due_at timestamptz);
        CREATE INDEX history_by_proposal ON history (proposal, at);
        """),
      Migration(
        101, "supporters, revisions, review in rounds",
        """
        ALTER TABLE task
          -- Whether the pages show it; false while its author looks for supporters.
          ADD COLUMN is_public boolean NOT NULL DEFAULT true,
          ADD COLUMN text_revision int, ADD COLUMN filed_at timestamptz,
          ADD COLUMN lapsed_at timestamptz, ADD COLUMN lapse_reason text,
          ADD COLUMN returned_at timestamptz, ADD COLUMN returned_revision int, ADD COLUMN return_note text,
          ADD COLUMN appealed_at timestamptz, ADD COLUMN appeal_ground text, ADD COLUMN appeal_statement text,
          ADD COLUMN appeal_decided_at timestamptz, ADD COLUMN appeal_outcome text, ADD COLUMN appeal_explanation text,
          ADD COLUMN merged_at timestamptz, ADD COLUMN merged_into uuid, ADD COLUMN merger_reason text;
        ALTER TABLE task_text ADD COLUMN revision int NOT NULL DEFAULT 1;
        """),
      Migration(
        102, "rules with turnout, majority, electorate and hidden totals",
        """
        ALTER TABLE task ADD COLUMN minimum_turnout bigint, ADD COLUMN majority boolean, ADD COLUMN electorate text,
          ADD COLUMN totals text;
        """),
      Migration(
        103, "changes of a vote's schedule",
        "ALTER TABLE task ADD COLUMN ends_at timestamptz, ADD COLUMN paused_at timestamptz;"),
      Migration(
        104, "bars that are lost, suspended cases, amended results",
        """
        ALTER TABLE task
          ADD COLUMN lost_crossed_at timestamptz, ADD COLUMN lost_at timestamptz, ADD COLUMN lost_yes bigint,
          ADD COLUMN lost_no bigint,
          ADD COLUMN amended_at timestamptz, ADD COLUMN amended_yes bigint, ADD COLUMN amended_no bigint,
          ADD COLUMN amended_carried boolean,
          ADD COLUMN assigned_crossed_at timestamptz,
          ADD COLUMN resumed_crossed_at timestamptz, ADD COLUMN resumed_ministry text, ADD COLUMN resumed_due_at timestamptz;
        """),
      notices, course, openData, caseOrigin, recordsByType, handOvers,
    ]
}
