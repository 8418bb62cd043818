import Testing

@testable import Postgres

/// Without a server: sessions connect at their first use only.
@Suite("The pool of connections")
struct PoolTests {
  private actor Order {
    var numbers: [Int] = []
    func append(_ number: Int) { numbers.append(number) }
  }

  private func pool(of maximum: Int, patience: Duration = .seconds(60)) -> Pool {
    Pool(maximum: maximum, patience: patience) {
      Session(PostgresConfiguration(host: "nowhere", database: "", user: "", applicationName: ""))
    }
  }

  @Test("lends in the order of asking, and passes over who was cancelled")
  func isFair() async throws {
    let pool = pool(of: 1)
    let order = Order()
    var tasks: [Task<Void, any Error>] = []
    try await pool.withSession { _ in
      for number in 0..<10 {
        tasks.append(Task { try await pool.withSession { _ in await order.append(number) } })
        while pool.waiting <= number { await Task.yield() }
      }
      tasks[4].cancel()
      await #expect(throws: CancellationError.self) { try await tasks[4].value }
    }
    for (number, task) in tasks.enumerated() where number != 4 { try await task.value }
    #expect(await order.numbers == [0, 1, 2, 3, 5, 6, 7, 8, 9])
    #expect(pool.inUse == 0 && pool.waiting == 0)
  }

  @Test("lends one session at a time to each caller, the same ones again and again")
  func reuses() async throws {
    let pool = pool(of: 3)
    let sessions = try await withThrowingTaskGroup(of: ObjectIdentifier.self) { group in
      for _ in 0..<300 {
        group.addTask {
          try await pool.withSession { session in
            #expect(pool.inUse <= 3)
            await Task.yield()
            return ObjectIdentifier(session)
          }
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(sessions.count <= 3)
    #expect(pool.inUse == 0)
  }

  @Test("refuses who has waited too long")
  func losesPatience() async throws {
    let pool = pool(of: 1, patience: .milliseconds(20))
    try await pool.withSession { _ in
      let error = await #expect(throws: PostgresError.self) { try await pool.withSession { _ in } }
      #expect(error?.sqlState == "53300")
    }
    try await pool.withSession { _ in }
  }

  @Test("takes a session back from a body that throws")
  func takesBack() async throws {
    struct Failure: Error {}
    let pool = pool(of: 1)
    await #expect(throws: Failure.self) { try await pool.withSession { _ in throw Failure() } }
    #expect(pool.inUse == 0)
  }

  @Test("refuses who waits, and who comes later, once it is closed")
  func closes() async throws {
    let pool = pool(of: 1)
    try await pool.withSession { _ in
      let waiter = Task { try await pool.withSession { _ in } }
      while pool.waiting == 0 { await Task.yield() }
      await pool.close()
      await #expect(throws: PostgresError.closed) { try await waiter.value }
    }
    await #expect(throws: PostgresError.closed) { try await pool.withSession { _ in } }
  }
}
