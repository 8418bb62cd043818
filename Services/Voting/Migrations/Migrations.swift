public import Postgres
import ServiceKit

/// What builds the schema `voting`, which voting and the vote counter share.
public enum Migrations {
  /// In the order of their numbers, ServiceKit's own first; applied ones never change.
  public static let all: [Migration] =
    BaseMigrations.all + [
      Migration(
        100, "votes",
        """
        CREATE TABLE vote (
          number int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          proposal uuid NOT NULL UNIQUE,
          title text NOT NULL, category text NOT NULL, reference text,
          state text NOT NULL,
          rule text NOT NULL, rule_hash bytea NOT NULL,
          yes_bar bigint NOT NULL, referral text NOT NULL,
          opens_at timestamptz NOT NULL, closes_at timestamptz NOT NULL,
          opened_at timestamptz, closed_at timestamptz, carried boolean);
        CREATE INDEX vote_by_state ON vote (state, number);

        CREATE FUNCTION refuse_new_rule() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'the rule of vote % is fixed', OLD.number;
        END $$;
        CREATE TRIGGER vote_rule_is_fixed BEFORE UPDATE ON vote FOR EACH ROW
          WHEN (NEW.rule IS DISTINCT FROM OLD.rule OR NEW.rule_hash IS DISTINCT FROM OLD.rule_hash
            OR NEW.yes_bar IS DISTINCT FROM OLD.yes_bar OR NEW.referral IS DISTINCT FROM OLD.referral
            OR NEW.opens_at IS DISTINCT FROM OLD.opens_at OR NEW.closes_at IS DISTINCT FROM OLD.closes_at)
          EXECUTE FUNCTION refuse_new_rule();

        -- One row a ballot that counts: its key is the promise of one vote a person.
        CREATE TABLE ballot (
          accepted_ms bigint NOT NULL, log_offset bigint NOT NULL, vote int NOT NULL, partition smallint NOT NULL,
          yes boolean NOT NULL, pseudonym uuid NOT NULL,
          PRIMARY KEY (vote, pseudonym));

        CREATE TABLE tally (
          vote int PRIMARY KEY REFERENCES vote,
          yes bigint NOT NULL DEFAULT 0, no bigint NOT NULL DEFAULT 0, version bigint NOT NULL DEFAULT 0,
          counted_at timestamptz, crossed_at timestamptz
        ) WITH (fillfactor = 50);

        CREATE TABLE tally_published (
          vote int PRIMARY KEY REFERENCES vote, version bigint NOT NULL);

        -- The openings (1) and closings (2) that the count has passed, partition by partition.
        CREATE TABLE ballot_control (
          vote int NOT NULL REFERENCES vote, action smallint NOT NULL, partition int NOT NULL,
          log_offset bigint NOT NULL,
          PRIMARY KEY (vote, action, partition));

        CREATE INDEX rejected_ballot_by_voter ON rejected_record (key) WHERE topic = 'forum.ballots';
        """),
      Migration(
        101, "rules with turnout, majority and hidden totals",
        """
        ALTER TABLE vote
          ADD COLUMN minimum_turnout bigint NOT NULL DEFAULT 0, ADD COLUMN majority boolean NOT NULL DEFAULT false,
          ADD COLUMN totals text NOT NULL DEFAULT 'running';
        CREATE TRIGGER vote_conditions_are_fixed BEFORE UPDATE ON vote FOR EACH ROW
          WHEN (NEW.minimum_turnout IS DISTINCT FROM OLD.minimum_turnout OR NEW.majority IS DISTINCT FROM OLD.majority
            OR NEW.totals IS DISTINCT FROM OLD.totals)
          EXECUTE FUNCTION refuse_new_rule();
        """),
      Migration(
        102, "changes of the schedule",
        """
        -- closes_at is the rule's; ends_at, where there is one, when the vote closes after all changes that are in the log.
        ALTER TABLE vote
          ADD COLUMN ends_at timestamptz, ADD COLUMN paused_at timestamptz,
          ADD COLUMN changes_ordered bigint NOT NULL DEFAULT 0, ADD COLUMN changes_made bigint NOT NULL DEFAULT 0,
          ADD COLUMN closing_announced boolean NOT NULL DEFAULT false;
        UPDATE vote SET closing_announced = true WHERE state IN ('closing', 'closed');

        CREATE TABLE vote_change (
          vote int NOT NULL REFERENCES vote, number bigint NOT NULL,
          kind text NOT NULL, reason text NOT NULL, at timestamptz NOT NULL, closes_at timestamptz NOT NULL,
          ordered_by uuid NOT NULL, ordered_at timestamptz NOT NULL,
          -- When its control records were in every partition.
          made_at timestamptz,
          PRIMARY KEY (vote, number));
        CREATE INDEX vote_change_to_make ON vote_change (vote, number) WHERE made_at IS NULL;

        -- The changes that the count has passed, partition by partition.
        CREATE TABLE ballot_schedule (
          vote int NOT NULL REFERENCES vote, partition int NOT NULL, number bigint NOT NULL,
          kind smallint NOT NULL, at_ms bigint NOT NULL, closes_ms bigint NOT NULL, log_offset bigint NOT NULL,
          PRIMARY KEY (vote, partition, number));
        """),
      Migration(
        103, "results",
        """
        -- As they are served and hashed, byte for byte.
        CREATE TABLE vote_result (
          vote int PRIMARY KEY REFERENCES vote, document bytea NOT NULL, hash bytea NOT NULL);
        """),
      rulings,
    ] + origins

  /// Who may do what: nobody can change or delete a ballot, and only the counter can write one.
  public static let grants = """
    GRANT USAGE ON SCHEMA voting TO forum_voting, forum_vote_counter;
    GRANT SELECT ON ALL TABLES IN SCHEMA voting TO forum_voting, forum_vote_counter;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA voting TO forum_voting, forum_vote_counter;
    GRANT INSERT, UPDATE ON voting.event_sequence, voting.consumer_offset TO forum_voting, forum_vote_counter;
    GRANT INSERT ON voting.outbox, voting.rejected_record TO forum_voting, forum_vote_counter;
    GRANT DELETE ON voting.outbox TO forum_voting;
    GRANT INSERT, UPDATE, DELETE ON voting.consumed_sequence, voting.idempotent_response TO forum_voting;
    GRANT INSERT, UPDATE ON voting.vote TO forum_voting;
    GRANT INSERT, UPDATE (made_at) ON voting.vote_change TO forum_voting;
    GRANT INSERT ON voting.tally TO forum_voting, forum_vote_counter;
    GRANT UPDATE ON voting.vote, voting.tally TO forum_vote_counter;
    GRANT INSERT ON voting.ballot, voting.ballot_control, voting.ballot_schedule, voting.vote_result
      TO forum_vote_counter;
    GRANT INSERT, UPDATE ON voting.tally_published TO forum_vote_counter;
    GRANT INSERT, UPDATE (state, decided_by, decided_at, refusal, told_at, condition) ON voting.vote_ruling TO forum_voting;
    -- All but the condition, which may hold the hash of an address.
    REVOKE SELECT ON voting.vote_ruling, voting.ruled_ballot FROM forum_vote_counter;
    GRANT SELECT (id, vote, kind, code, reason, state, proposed_by, decided_by, decided_at, completed_at, yes, no),
      UPDATE (completed_at, yes, no) ON voting.vote_ruling TO forum_vote_counter;
    GRANT INSERT ON voting.ruled_ballot TO forum_voting;
    GRANT INSERT ON voting.ballot_mark, voting.ruling_end TO forum_vote_counter;

    """ + originGrants
}
