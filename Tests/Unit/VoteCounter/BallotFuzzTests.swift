import Contracts
import Crypto
import Testing

@testable import Forumctl
@testable import VoteCounter

/// What comes through a log that anybody with its password can write to.
@Suite struct BallotFuzzTests {
  private let key = HMACKey(Array(repeating: 9, count: 32))
  private let proposal = ProposalID()

  private func ballot(_ voter: Int, _ choice: Choice = .yes) -> [UInt8] {
    BallotRecord(
      proposal: proposal,
      content: .ballot(
        pseudonym: sha256(Array("\(voter)".utf8)), choice: choice, nonce: Array(repeating: 0, count: 16)),
      acceptedAt: 10
    ).encoded(with: key)
  }

  /// Cut, lengthened, with bytes changed, swapped, repeated, or taken from another ballot; never left as it was.
  private func mutated(_ ballot: [UInt8], _ other: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = ballot
    repeat {
      for _ in 0...random.below(3) {
        let place = random.below(max(bytes.count, 1))
        switch random.below(7) {
        case 0: bytes = Array(bytes.prefix(place))
        case 1: bytes.insert(UInt8(random.below(256)), at: min(place, bytes.count))
        case 2 where !bytes.isEmpty: bytes[place] = UInt8(random.below(256))
        case 3 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(random.below(8))
        case 4 where !bytes.isEmpty: bytes.swapAt(place, random.below(bytes.count))
        case 5: bytes = Array(bytes.prefix(place)) + other.dropFirst(place)
        default: bytes += bytes.suffix(place % 9)
        }
      }
    } while bytes == ballot || bytes == other
    return bytes
  }

  @Test func noMutationOfABallotIsTakenForABallot() {
    let seed: UInt64 = 20_261_126
    var random = SplitMix64(seed: seed)
    let ballots = (0..<50).map { ballot($0, $0.isMultiple(of: 2) ? .yes : .no) }
    var taken = 0
    for _ in 0..<200_000 {
      let bytes = mutated(ballots[random.below(50)], ballots[random.below(50)], &random)
      let fields = bytes.withUnsafeBytes { bytes in try? BallotRecord.Fields(bytes, key: key) }
      if fields != nil { taken += 1 }
    }
    #expect(taken == 0, "seed \(seed)")
  }

  @Test func ofTenThousandRecordsWithOnePoisonInTheMiddleAllOthersCount() {
    var standing = VoteStanding(number: 5, ruleHash: Array(repeating: 3, count: 32), closesAt: 1_000)
    standing.opened.insert(0)
    let batch = BallotBatch(votes: VoteTable([UInt128(proposal): standing]), ballotKey: key, capacity: 10_000)
    for offset in 0..<10_000 {
      var record = ballot(offset)
      if offset == 5_000 { record[50] ^= 1 }
      record.withUnsafeBytes { batch.append(key: nil, value: $0, offset: Int64(offset), partition: 0) }
    }
    var standings = [UInt128(proposal): standing]
    batch.judgeDeferred(&standings)
    #expect(batch.rows.count == 9_999)
    #expect(batch.rejected.map(\.offset) == [5_000])
    #expect(batch.rejected.map(\.reason) == ["bad-authentication-code"])
  }
}
