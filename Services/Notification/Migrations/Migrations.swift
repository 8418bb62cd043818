public import Postgres
import ServiceKit

/// What builds the schema `notification`.
public enum Migrations {
  /// In order; the first are ServiceKit's.
  public static let all: [Migration] =
    BaseMigrations.all + [
      Migration(
        100, "mail and webhooks",
        """
        -- The only table with mail addresses. What is queued for a person goes with the address.
        CREATE TABLE contact (
          citizen uuid PRIMARY KEY,
          email text NOT NULL,
          language text NOT NULL,
          changed_at timestamptz NOT NULL);

        -- Without an author: an event about it came before the one that says who wrote it.
        CREATE TABLE followed_proposal (
          proposal uuid PRIMARY KEY,
          author uuid, title text, category text,
          CHECK ((author IS NULL) = (title IS NULL)));

        -- Events that wait for the author of their proposal to become known.
        CREATE TABLE early_event (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          event_id uuid NOT NULL UNIQUE, proposal uuid NOT NULL,
          type text NOT NULL, data bytea NOT NULL, came_at timestamptz NOT NULL);
        CREATE INDEX early_event_by_proposal ON early_event (proposal);

        CREATE TABLE outgoing_mail (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          event_id uuid NOT NULL,
          citizen uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
          language text NOT NULL, subject text NOT NULL, body text NOT NULL,
          state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
          attempts int NOT NULL DEFAULT 0,
          queued_at timestamptz NOT NULL, next_attempt_at timestamptz NOT NULL,
          claimed_until timestamptz, finished_at timestamptz, last_error text,
          UNIQUE (event_id, citizen));
        CREATE INDEX outgoing_mail_due ON outgoing_mail (next_attempt_at) WHERE state = 'pending';
        CREATE INDEX outgoing_mail_by_citizen ON outgoing_mail (citizen);

        CREATE TABLE webhook_endpoint (
          id uuid PRIMARY KEY,
          owner uuid NOT NULL,
          url text NOT NULL, events text[] NOT NULL,
          created_at timestamptz NOT NULL, disabled_at timestamptz);
        CREATE INDEX webhook_endpoint_by_owner ON webhook_endpoint (owner, created_at);

        -- The content is fixed once for all receivers.
        CREATE TABLE webhook_event (
          id uuid PRIMARY KEY, type text NOT NULL, body bytea NOT NULL, queued_at timestamptz NOT NULL);
        CREATE INDEX webhook_event_by_time ON webhook_event (queued_at);

        CREATE TABLE webhook_delivery (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          endpoint uuid NOT NULL REFERENCES webhook_endpoint ON DELETE CASCADE,
          event_id uuid NOT NULL REFERENCES webhook_event,
          state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
          attempts int NOT NULL DEFAULT 0,
          queued_at timestamptz NOT NULL, next_attempt_at timestamptz NOT NULL,
          claimed_until timestamptz, finished_at timestamptz, last_status int, last_error text,
          UNIQUE (endpoint, event_id));
        CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at) INCLUDE (endpoint)
          WHERE state = 'pending';
        CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (endpoint, id DESC);
        CREATE INDEX webhook_delivery_by_event ON webhook_delivery (event_id);
        """),
      Migration(
        101, "supporters",
        """
        -- Who supported a proposal before its review, and is told what becomes of it.
        CREATE TABLE supporter (
          proposal uuid NOT NULL, citizen uuid NOT NULL, PRIMARY KEY (proposal, citizen));
        """),
    ] + following + standardWebhooks + upkeep
}
