import Contracts
import FoundationEssentials
import Postgres

/// Which webhooks a process sends to in one go, and how much to each: those whose receivers do not answer must not take
/// the places of those that do.
enum DeliveryClass: Sendable {
  /// All that do not fail.
  case healthy
  /// So many attempts in a row have failed, for so long, as `FailingReceiver.isFailing` says.
  case failing

  /// Requests to one webhook at once, from one process.
  var lane: Int { self == .healthy ? 4 : 1 }
}

extension Database {
  /// Takes up to `limit` deliveries that are due, so that no webhook has more than its lane at once in this process, and
  /// none whose receiver hangs gets more.
  ///
  /// The first look is at what is due first. Long queues of a few webhooks may fill that view; so a second look goes from
  /// webhook to webhook if places are left.
  func claimDeliveries(
    _ limit: Int, of group: DeliveryClass, besides underWay: ReceiversUnderWay, at now: Date
  ) async throws -> [ClaimedDelivery] {
    let first = try await claim(limit, group, underWay, Self.dueFirst(of: group, underWay, at: now), at: now)
    guard first.count < limit else { return first }
    let both = first.reduce(into: underWay) { $0.counts[$1.webhook.uuid, default: 0] += 1 }
    return first
      + (try await claim(limit - first.count, group, both, Self.dueFirstOfEach(group, both, at: now), at: now))
  }

  /// The webhooks that get nothing more for the time being.
  private static func full(_ group: DeliveryClass, _ underWay: ReceiversUnderWay) -> [UUID] {
    Array(underWay.hanging.union(underWay.counts.filter { $0.value >= group.lane }.keys))
  }

  /// The 256 deliveries that are due first, without those of webhooks that get nothing more.
  private static func dueFirst(of group: DeliveryClass, _ underWay: ReceiversUnderWay, at now: Date) -> Query {
    """
    SELECT delivery.id, delivery.endpoint, delivery.next_attempt_at
    FROM webhook_delivery delivery JOIN webhook_endpoint ON webhook_endpoint.id = delivery.endpoint
    WHERE state = 'pending' AND next_attempt_at <= \(now) AND (claimed_until IS NULL OR claimed_until < \(now))
      AND endpoint <> ALL(\(full(group, underWay))) AND webhook_endpoint.disabled_at IS NULL
      AND \(fragment: isFailing(at: now)) = \(group == .failing)
    ORDER BY next_attempt_at LIMIT 256
    """
  }

  /// The deliveries that are due first of each webhook; nothing is looked at when nothing is due.
  private static func dueFirstOfEach(_ group: DeliveryClass, _ underWay: ReceiversUnderWay, at now: Date) -> Query {
    """
    SELECT due.id, webhook_endpoint.id AS endpoint, due.next_attempt_at
    FROM webhook_endpoint CROSS JOIN LATERAL (
      SELECT id, next_attempt_at FROM webhook_delivery
      WHERE endpoint = webhook_endpoint.id AND state = 'pending' AND next_attempt_at <= \(now)
        AND (claimed_until IS NULL OR claimed_until < \(now))
      ORDER BY next_attempt_at, id LIMIT \(group.lane)) AS due
    WHERE webhook_endpoint.id <> ALL(\(full(group, underWay))) AND webhook_endpoint.disabled_at IS NULL
      AND \(fragment: isFailing(at: now)) = \(group == .failing)
      AND EXISTS (
        SELECT FROM webhook_delivery WHERE state = 'pending' AND next_attempt_at <= \(now)
          AND (claimed_until IS NULL OR claimed_until < \(now)))
    """
  }

  /// `FailingReceiver.isFailing` for the database.
  private static func isFailing(at now: Date) -> Query {
    """
    coalesce(failures >= \(FailingReceiver.failures)
      AND failing_since <= \(now.addingTimeInterval(-FailingReceiver.failingAfter)), false)
    """
  }

  private func claim(
    _ limit: Int, _ group: DeliveryClass, _ underWay: ReceiversUnderWay, _ due: Query, at now: Date
  ) async throws -> [ClaimedDelivery] {
    let endpoints = Array(underWay.counts.keys)
    let counts = endpoints.map { underWay.counts[$0] ?? 0 }
    return try await query(
      """
      WITH due AS (\(fragment: due)),
      placed AS (
        SELECT due.id, due.next_attempt_at, coalesce(busy.count, 0)
          + row_number() OVER (PARTITION BY due.endpoint ORDER BY due.next_attempt_at, due.id) AS place
        FROM due LEFT JOIN unnest(\(endpoints), \(counts)) AS busy (endpoint, count) ON busy.endpoint = due.endpoint),
      chosen AS (
        SELECT delivery.id FROM webhook_delivery delivery JOIN placed ON placed.id = delivery.id
        WHERE placed.place <= \(group.lane) AND delivery.state = 'pending' AND delivery.next_attempt_at <= \(now)
          AND (delivery.claimed_until IS NULL OR delivery.claimed_until < \(now))
        ORDER BY placed.place, placed.next_attempt_at, placed.id LIMIT \(limit) FOR UPDATE OF delivery SKIP LOCKED)
      UPDATE webhook_delivery delivery
      SET claimed_until = \(now.addingTimeInterval(Claim.seconds)), attempts = attempts + 1
      FROM chosen, webhook_endpoint endpoint, webhook_event event
      WHERE delivery.id = chosen.id AND endpoint.id = delivery.endpoint AND event.id = delivery.event_id
      RETURNING delivery.id, delivery.attempts, delivery.attempts_before, delivery.endpoint, endpoint.url,
        endpoint.secret_number, endpoint.former_secret_until, delivery.event_id, event.body
      """
    ).map(ClaimedDelivery.init)
  }
}
