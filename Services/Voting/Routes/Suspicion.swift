import Contracts
import FoundationEssentials
import ServiceKit

/// Which ballots are put in quarantine: those on one task from one IPv4 address or IPv6 /64 beyond so many an hour.
///
/// They are taken and answered like any other. In the memory of this process, as the rates are, and failing open with
/// them: what is not suspected here can still be found by its origin.
final class Suspicion: Sendable {
  private let limit: RateLimit?
  private let memory: SenderMemory
  /// Voters who were counted.
  private let voters: SenderMemory
  private let once = RateLimit(rate: 1, burst: 1, per: 3_600)
  /// Without it, senders could choose addresses that fall together.
  private let seed: UInt64

  /// - Parameters:
  ///   - rate: ballots an hour of one line on one task, as many at once; 0: any number.
  ///   - forgotten: counts senders that were forgotten too early for want of memory.
  init(rate: Int, forgotten: Counter) {
    limit = RateLimit(rate: rate, burst: rate, per: 3_600)
    // 16 MB, apart from that of the rates: an hour is long to remember, and would push them out.
    memory = SenderMemory(capacity: limit == nil ? 0 : 1 << 20, forgotten: forgotten)
    // Who is forgotten here is counted once more, which does no harm: no alarm.
    voters = SenderMemory(capacity: limit == nil ? 0 : 1 << 20, forgotten: nil)
    seed = UInt64.random(in: .min ... .max)
  }

  /// Whether one more ballot of a sender on a task is suspicious; it is counted by the asking, each voter once an hour: who
  /// casts the same ballot again and again must not put those of the neighbours into quarantine.
  /// - Parameter pseudonym: 32 bytes, of this task alone.
  func isRaised(by sender: ClientAddress?, for pseudonym: [UInt8], on proposal: ProposalID) -> Bool {
    guard let limit, let once, let sender else { return false }
    let voter = pseudonym.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self) } ^ seed
    if voters.wait(voter, once) != nil { return false }
    let task = withUnsafeBytes(of: proposal.uuid.uuid) { $0.loadUnaligned(as: UInt128.self) }
    return memory.wait(SenderMemory.key(sender.line, SenderMemory.key(task, seed)), limit) != nil
  }
}
