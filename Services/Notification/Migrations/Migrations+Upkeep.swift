import Postgres

extension Migrations {
  /// Titles that are hidden, receivers that fail several times, and what is forgotten and digested in time.
  static let upkeep = [
    Migration(
      104, "hidden titles",
      """
      ALTER TABLE followed_proposal ADD text_hidden boolean NOT NULL DEFAULT false;
      -- The reason of a rejection was kept in its words alone.
      UPDATE followed_proposal SET text_hidden = true
      WHERE proposal IN (
        SELECT proposal FROM notice WHERE type = 'kr.forum.proposal.rejected.v1'
          AND text_en ~ 'Reason: (it harms somebody''s reputation|it is offensive|an advertisement)')
      AND proposal NOT IN (
        SELECT proposal FROM notice WHERE type = 'kr.forum.proposal.appeal-decided.v1'
          AND proposal IS NOT NULL AND headline_en LIKE '%appeal was granted');
      """),
    Migration(
      105, "failures in a row, and indexes for forgetting and digests",
      """
      ALTER TABLE webhook_endpoint ADD failures int NOT NULL DEFAULT 0;
      UPDATE webhook_endpoint SET failures = 3 WHERE failing_since IS NOT NULL;
      CREATE INDEX outgoing_mail_finished ON outgoing_mail (finished_at) WHERE finished_at IS NOT NULL;
      CREATE INDEX webhook_delivery_finished ON webhook_delivery (finished_at) WHERE finished_at IS NOT NULL;
      CREATE INDEX early_event_by_time ON early_event (came_at);
      CREATE INDEX inbox_entry_by_time ON inbox_entry (came_at);
      CREATE INDEX digest_entry_by_time ON digest_entry (frequency, came_at);
      """),
  ]
}
