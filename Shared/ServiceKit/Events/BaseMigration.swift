public import Postgres

/// The tables that every service has in its schema. Numbers below 100 are ServiceKit's; a service begins at 100.
public enum BaseMigrations {
  /// In the order in which they are applied; a service puts them before its own.
  public static let all: [Migration] = [
    Migration(
      1, "events",
      """
      CREATE TABLE event_sequence (
        topic text NOT NULL, subject uuid NOT NULL, last bigint NOT NULL,
        PRIMARY KEY (topic, subject));

      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL UNIQUE, topic text NOT NULL, subject uuid NOT NULL, sequence bigint NOT NULL,
        type text NOT NULL, payload bytea NOT NULL, created_at timestamptz NOT NULL, traceparent text);

      -- One row a partition: where the next record is, who may write it, and what became of those before it.
      CREATE TABLE consumer_offset (
        topic text NOT NULL, partition int NOT NULL,
        base_offset bigint NOT NULL, next_offset bigint NOT NULL,
        owner_epoch bigint NOT NULL DEFAULT 0, owner text NOT NULL DEFAULT '',
        counted bigint NOT NULL DEFAULT 0, duplicate bigint NOT NULL DEFAULT 0, rejected bigint NOT NULL DEFAULT 0,
        fingerprint bytea, changed_at timestamptz,
        PRIMARY KEY (topic, partition),
        CONSTRAINT conservation CHECK (next_offset - base_offset = counted + duplicate + rejected),
        CONSTRAINT no_negative CHECK (counted >= 0 AND duplicate >= 0 AND rejected >= 0)
      ) WITH (fillfactor = 50);

      CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'next_offset of % [%] may not go back from % to %',
          OLD.topic, OLD.partition, OLD.next_offset, NEW.next_offset;
      END $$;
      CREATE TRIGGER consumer_offset_only_grows BEFORE UPDATE ON consumer_offset
        FOR EACH ROW WHEN (NEW.next_offset < OLD.next_offset OR NEW.owner_epoch < OLD.owner_epoch)
        EXECUTE FUNCTION refuse_going_back();

      -- Records that could not be applied; kept as they came.
      CREATE TABLE rejected_record (
        topic text NOT NULL, partition int NOT NULL, record_offset bigint NOT NULL,
        reason text NOT NULL, key bytea, value bytea, rejected_at timestamptz NOT NULL,
        PRIMARY KEY (topic, partition, record_offset));

      -- The last event of each subject that took effect: what comes again is known by its number.
      CREATE TABLE consumed_sequence (
        topic text NOT NULL, subject uuid NOT NULL, last bigint NOT NULL, last_id uuid NOT NULL,
        PRIMARY KEY (topic, subject));

      CREATE TABLE idempotent_response (
        caller uuid NOT NULL, key text NOT NULL, fingerprint bytea NOT NULL,
        status int NOT NULL, location text, body bytea NOT NULL, created_at timestamptz NOT NULL,
        PRIMARY KEY (caller, key));
      CREATE INDEX idempotent_response_by_age ON idempotent_response (created_at);
      """)
  ]
}
