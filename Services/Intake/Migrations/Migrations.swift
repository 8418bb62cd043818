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
    ] + [similar, sympathy, opinions, attachments]
}
