import Postgres
import ServiceKit
import Synchronization

/// Carries changes from the tables to the hub, whichever process made them.
final class Feed: Sendable {
  private let database: Database
  private let hub: Hub
  private let mark = Mutex<Int64?>(nil)
  private let turn = Mutex(0)
  /// Seconds between two heartbeats of one stream.
  private static let heartbeatSeconds = 15

  init(database: Database, hub: Hub) {
    self.database = database
    self.hub = hub
  }

  /// Every process needs the changes for its own streams: neither job is exclusive.
  var jobs: [Job] {
    [
      Job("live changes", every: .milliseconds(200), exclusive: false) { try await self.carry() },
      Job("heartbeats", every: .seconds(1), exclusive: false) { self.beat() },
    ]
  }

  private func carry() async throws {
    let (snapshots, next) = try await database.snapshots(changedSince: mark.withLock { $0 })
    for snapshot in snapshots { hub.publish(snapshot) }
    mark.withLock { $0 = next }
  }

  private func beat() {
    let now = turn.withLock { turn in
      turn = (turn + 1) % Self.heartbeatSeconds
      return turn
    }
    hub.beat(turn: now, of: Self.heartbeatSeconds)
  }
}
