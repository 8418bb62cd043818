import Postgres

/// Something that a service does again and again.
public struct Job: Sendable {
  let name: String
  /// Pause between two runs.
  let interval: Duration
  /// Whether only one of several processes runs it.
  let exclusive: Bool
  let body: @Sendable () async throws -> Void

  /// - Parameter body: one run; an error is logged and the next run comes after the pause all the same.
  public init(
    _ name: String, every interval: Duration, exclusive: Bool = true,
    _ body: @escaping @Sendable () async throws -> Void
  ) {
    self.name = name
    self.interval = interval
    self.exclusive = exclusive
    self.body = body
  }

  func run(service: String, database: Database, log: Log) async {
    while !Task.isCancelled {
      do {
        if exclusive {
          try await database.withConnection { connection in
            try await Leadership.hold("\(service) job \(name)", on: connection)
            while !Task.isCancelled {
              try await body()
              // The lock lives as long as its connection: see that it is there before acting again.
              _ = try await connection.query("SELECT 1 AS alive")
              try await Task.sleep(for: interval)
            }
          }
        } else {
          try await body()
          try await Task.sleep(for: interval)
        }
      } catch _ where Task.isCancelled { return } catch {
        log.warning("job failed", ["job": "\(name)", "error": "\(error)"])
        try? await Task.sleep(for: max(interval, .seconds(1)))
      }
    }
  }
}
