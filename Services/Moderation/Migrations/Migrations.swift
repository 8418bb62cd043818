public import Postgres
import ServiceKit

/// What builds the schema `moderation`.
public enum Migrations {
  /// In the order of their numbers, ServiceKit's own first; applied ones never change.
  public static let all: [Migration] =
    BaseMigrations.all + [
      Migration(
        100, "reviews",
        """
        CREATE TABLE review (
          proposal uuid PRIMARY KEY,
          author uuid NOT NULL,
          title text NOT NULL, summary text NOT NULL, body text NOT NULL,
          category text NOT NULL, reference text,
          submitted_at timestamptz NOT NULL,
          state text NOT NULL CHECK (state IN ('pending', 'accepted', 'rejected', 'selected', 'withdrawn')),
          state_since timestamptz NOT NULL,
          rejection_code text, rejection_explanation text,
          selection_reason text, rule jsonb,
          CONSTRAINT rejected_with_reason CHECK (state <> 'rejected' OR
            (rejection_code IS NOT NULL AND rejection_explanation IS NOT NULL)),
          CONSTRAINT selected_with_rule CHECK (state <> 'selected' OR
            (selection_reason IS NOT NULL AND rule IS NOT NULL)));
        CREATE INDEX review_queue ON review (state, submitted_at, proposal);
        """),
      Migration(
        101, "action log",
        """
        CREATE TABLE action_log (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          at timestamptz NOT NULL,
          actor uuid NOT NULL, role text NOT NULL, action text NOT NULL,
          proposal uuid NOT NULL REFERENCES review,
          reason jsonb);
        CREATE INDEX action_log_by_proposal ON action_log (proposal, id);

        CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'the action log only grows: % is refused', TG_OP;
        END $$;
        CREATE TRIGGER action_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON action_log
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
        """),
      Migration(
        102, "return, appeal, merger",
        """
        ALTER TABLE review
          ADD COLUMN revision int NOT NULL DEFAULT 1,
          ADD COLUMN return_note text,
          ADD COLUMN rejected_by uuid,
          ADD COLUMN appeal_ground text, ADD COLUMN appeal_statement text, ADD COLUMN appealed_at timestamptz,
          ADD COLUMN appeal_outcome text, ADD COLUMN appeal_explanation text, ADD COLUMN appeal_decided_at timestamptz,
          ADD COLUMN merged_into uuid, ADD COLUMN merger_reason text,
          DROP CONSTRAINT review_state_check,
          ADD CONSTRAINT review_state_check CHECK (state IN ('pending', 'returned', 'lapsed', 'accepted', 'rejected',
            'appealed', 'merged', 'selected', 'withdrawn')),
          ADD CONSTRAINT returned_with_note CHECK (state <> 'returned' OR return_note IS NOT NULL),
          ADD CONSTRAINT appealed_with_ground CHECK (state <> 'appealed' OR
            (appeal_ground IS NOT NULL AND appeal_statement IS NOT NULL AND appealed_at IS NOT NULL)),
          ADD CONSTRAINT merged_with_reason CHECK (state <> 'merged' OR
            (merged_into IS NOT NULL AND merger_reason IS NOT NULL));
        """),
      Migration(
        103, "lock, second person, flags, support",
        """
        ALTER TABLE review
          ADD COLUMN rejection_confirmed_by uuid,
          ADD COLUMN proposed_code text, ADD COLUMN proposed_explanation text,
          ADD COLUMN proposed_by uuid, ADD COLUMN proposed_at timestamptz,
          ADD COLUMN locked_by uuid, ADD COLUMN locked_until timestamptz,
          ADD COLUMN flags int NOT NULL DEFAULT 0 CHECK (flags >= 0),
          ADD COLUMN sympathies bigint NOT NULL DEFAULT 0,
          ADD CONSTRAINT proposed_is_whole CHECK (num_nonnulls(proposed_code, proposed_explanation, proposed_by,
            proposed_at) IN (0, 4)),
          ADD CONSTRAINT lock_is_whole CHECK ((locked_by IS NULL) = (locked_until IS NULL));
        CREATE INDEX review_by_support ON review (sympathies DESC) WHERE state = 'accepted';
        CREATE INDEX review_flagged ON review (submitted_at, proposal) WHERE flags >= 3;

        CREATE TABLE flag (
          proposal uuid NOT NULL REFERENCES review,
          citizen uuid NOT NULL,
          reason text NOT NULL,
          flagged_at timestamptz NOT NULL,
          PRIMARY KEY (proposal, citizen));
        CREATE INDEX flag_by_citizen ON flag (citizen, flagged_at);

        -- Null: nobody did it, time ran out.
        ALTER TABLE action_log ALTER COLUMN actor DROP NOT NULL;
        """),
      notice,
      deeds,
      openData,
      caseTexts,
    ]
}
