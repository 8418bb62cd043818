import Postgres

extension Migrations {
  /// The whole way of a case, its chain of custody and its timeline.
  static let custody = Migration(
    103, "custody",
    """
    INSERT INTO legal_period (step, days) VALUES ('review', 10), ('strategy-meeting', 60), ('implementation', 60);

    -- One link of the chain of custody, and its clock.
    CREATE TABLE case_hold (
      case_id uuid NOT NULL REFERENCES referral_case,
      -- Counts the holds of the case.
      number int NOT NULL CHECK (number > 0),
      step text NOT NULL REFERENCES legal_period, holder text NOT NULL,
      since timestamptz NOT NULL, due_at timestamptz NOT NULL,
      extended_from timestamptz, extension_reason text, extended_at timestamptz,
      reminded_at timestamptz, overdue_at timestamptz, escalated_at timestamptz,
      ended_at timestamptz,
      PRIMARY KEY (case_id, number),
      CONSTRAINT extended_as_a_whole CHECK (num_nulls(extended_from, extension_reason, extended_at) IN (0, 3)));
    CREATE UNIQUE INDEX one_holder_at_a_time ON case_hold (case_id) WHERE ended_at IS NULL;
    CREATE INDEX hold_by_due_time ON case_hold (due_at) WHERE ended_at IS NULL;
    CREATE INDEX hold_by_holder ON case_hold (holder) WHERE ended_at IS NULL;

    -- What was told of the case, in order.
    CREATE TABLE case_entry (
      case_id uuid NOT NULL REFERENCES referral_case, number int NOT NULL CHECK (number > 0),
      type text NOT NULL, at timestamptz NOT NULL, data jsonb,
      PRIMARY KEY (case_id, number));

    ALTER TABLE case_suspension
      ADD COLUMN lapsed_at timestamptz, ADD COLUMN lapse_cause text, ADD COLUMN lapse_explanation text;

    INSERT INTO case_hold (case_id, number, step, holder, since, due_at, ended_at)
      SELECT id, 1, 'committee', 'committee', received_at, due_at, assigned_at FROM referral_case;
    INSERT INTO case_hold (case_id, number, step, holder, since, due_at)
      SELECT id, 2, 'ministry', ministry, assigned_at, ministry_due_at FROM referral_case WHERE ministry IS NOT NULL;
    INSERT INTO case_entry (case_id, number, type, at)
      SELECT id, 1, 'kr.forum.case.received.v1', received_at FROM referral_case;
    INSERT INTO case_entry (case_id, number, type, at)
      SELECT id, 2, 'kr.forum.case.assigned.v1', assigned_at FROM referral_case WHERE ministry IS NOT NULL;

    ALTER TABLE referral_case
      ADD COLUMN version int NOT NULL DEFAULT 1, ADD COLUMN origin text NOT NULL DEFAULT 'bar',
      ADD COLUMN stage text NOT NULL DEFAULT 'received',
      -- The stage, unless the case is suspended.
      ADD COLUMN state text NOT NULL DEFAULT 'received',
      ADD COLUMN dossier jsonb NOT NULL DEFAULT '{}';
    UPDATE referral_case SET stage = 'assigned', state = 'assigned' WHERE ministry IS NOT NULL;
    UPDATE referral_case SET state = 'suspended' WHERE EXISTS (
      SELECT FROM case_suspension WHERE case_id = referral_case.id AND resumed_at IS NULL);
    ALTER TABLE referral_case
      DROP CONSTRAINT assigned_as_a_whole, DROP COLUMN due_at, DROP COLUMN assigned_at, DROP COLUMN ministry_due_at;
    CREATE INDEX case_by_state ON referral_case (state, received_at DESC, id DESC);
    """)
}
