import Postgres

extension Migrations {
  /// Secrets that are rotated, receivers that fail, and deliveries that are replayed.
  static let standardWebhooks = [
    Migration(
      103, "rotation, failing receivers and replay",
      """
      -- The number of the secret in force, from which it is derived, and until when the one before it still signs.
      ALTER TABLE webhook_endpoint
        ADD secret_number int NOT NULL DEFAULT 1, ADD former_secret_until timestamptz,
        ADD disabled_reason text CHECK (disabled_reason IN ('gone', 'failing', 'owner')),
        ADD failing_since timestamptz, ADD warned_at timestamptz;
      UPDATE webhook_endpoint SET disabled_reason = 'gone' WHERE disabled_at IS NOT NULL;
      ALTER TABLE webhook_endpoint ADD CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL));

      -- Attempts before a replay do not count towards the schedule, but their number stays the fence of a claim.
      ALTER TABLE webhook_delivery ADD attempts_before int NOT NULL DEFAULT 0;

      -- Each receiver's queue, so that a long one hides no other.
      CREATE INDEX webhook_delivery_waiting ON webhook_delivery (endpoint, next_attempt_at, id) WHERE state = 'pending';
      """)
  ]
}
