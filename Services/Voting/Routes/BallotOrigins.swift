import Contracts
import Crypto
import FoundationEssentials
import Postgres
import ServiceKit
import Synchronization

/// Where ballots came from, on its way to PostgreSQL, which no ballot waits for: entries gather here and are written
/// together every second. What does not fit while PostgreSQL is away is dropped, and its ballots count all the same.
final class BallotOrigins: Sendable {
  /// Ballots that may wait here, 64 bytes each.
  static let capacity = 1 << 20
  /// Blocks to a statement: 10 MB at most.
  private static let together = 50

  private typealias Entry = (proposal: ProposalID, entry: OriginEntry)
  private final class Shard: Sendable {
    let entries = Mutex<[Entry]>([])
  }
  private struct Loss: Sendable {
    var unsaid = 0
    var saidAt: ContinuousClock.Instant?
  }

  private let database: Database
  private let hasher: OriginHasher
  private let log: Log
  private let dropped: Counter
  private let capacity: Int
  private let shards = (0..<16).map { _ in Shard() }
  private let held = Atomic<Int>(0)
  /// Packed and refused by the database, or not known to have arrived.
  private let unwritten = Mutex<[OriginBlock]>([])
  private let loss = Mutex(Loss())

  /// - Parameter dropped: counts ballots whose origin is not kept.
  init(database: Database, masterKey: [UInt8], log: Log, dropped: Counter, capacity: Int = capacity) {
    self.database = database
    hasher = OriginHasher(masterKey: masterKey)
    self.log = log
    self.dropped = dropped
    self.capacity = capacity
  }

  /// Ballots whose origin waits to be written.
  var waiting: Int { held.load(ordering: .relaxed) }

  /// A ballot is in the log, or may be.
  /// - Parameters:
  ///   - pseudonym: 32 bytes.
  ///   - sender: nil: not known.
  ///   - accountCreated: seconds since 1970; nil: not known.
  func add(
    _ pseudonym: [UInt8], on proposal: ProposalID, at now: Date, from sender: ClientAddress?, accountCreated: Int?
  ) {
    guard held.add(1, ordering: .relaxed).newValue <= capacity else {
      held.subtract(1, ordering: .relaxed)
      return lose()
    }
    let head = pseudonym.withUnsafeBytes { $0.count < 16 ? 0 : $0.loadUnaligned(as: UInt128.self) }
    let entry = OriginEntry(
      pseudonym: UInt128(bigEndian: head), acceptedAt: now.milliseconds, origin: hasher.hash(sender),
      accountDays: OriginEntry.accountDays(since: accountCreated, at: now))
    // A pseudonym is as good as random.
    shards[Int(truncatingIfNeeded: head & 15)].entries.withLock { $0.append((proposal, entry)) }
  }

  /// Writes what has gathered; what the database does not take is kept for the next time.
  func write() async throws {
    sayLoss()
    var blocks = unwritten.withLock { blocks in
      defer { blocks = [] }
      return blocks
    }
    let gathered = shards.map { shard in
      shard.entries.withLock { entries in
        defer { entries = [] }
        return entries
      }
    }
    blocks += OriginBlock.packed(gathered.joined())
    while !blocks.isEmpty {
      let next = Array(blocks.prefix(Self.together))
      do { try await database.insert(next) } catch {
        let rest = blocks
        unwritten.withLock { $0 += rest }
        throw error
      }
      held.subtract(next.reduce(0) { $0 + $1.count }, ordering: .relaxed)
      blocks.removeFirst(next.count)
    }
  }

  private func lose() {
    dropped.add()
    loss.withLock { $0.unsaid += 1 }
  }

  /// Once a minute, however many.
  private func sayLoss() {
    let now = ContinuousClock.now
    let lost = loss.withLock { loss -> Int in
      guard loss.unsaid > 0, loss.saidAt.map({ now - $0 >= .seconds(60) }) ?? true else { return 0 }
      defer { loss = Loss(unsaid: 0, saidAt: now) }
      return loss.unsaid
    }
    if lost > 0 { log.warning("origins of ballots dropped, for want of room", ["ballots": .int(lost)]) }
  }
}
