import Contracts
import FoundationEssentials
import Testing

@testable import Voting

@Suite struct OriginHashTests {
  private let hasher = OriginHasher(masterKey: Array(0..<32))

  private func hash(_ text: String) throws -> OriginHash {
    let address: ClientAddress = try #require(ClientAddress(text))
    return hasher.hash(address)
  }

  @Test func neighboursShareTheBeginningAndStrangersNothing() throws {
    let one = try hash("203.0.113.9")
    let (same, block, site, other) = (
      try hash("203.0.113.9"), try hash("203.0.113.10"), try hash("203.0.7.9"), try hash("198.51.100.9")
    )
    #expect(one == same)
    #expect(one.block == block.block && one != block)
    #expect(one.site == site.site && one.block != site.block)
    #expect(one.site != other.site)
    // The third part alone tells lines apart, wherever they are.
    #expect(Set([one, block, site, other].map { UInt64(truncatingIfNeeded: $0.value) }).count == 4)
  }

  @Test func ofIPv6TheSixtyFourIsALineTheFiftySixABlockAndTheFortyEightASite() throws {
    let one = try hash("2001:db8:1:201::1")
    #expect(try hash("2001:db8:1:201:ffff::9") == one)
    let (block, site, other) = (
      try hash("2001:db8:1:2ff::1"), try hash("2001:db8:1:301::1"), try hash("2001:db8:2:201::1")
    )
    #expect(block.block == one.block && block != one)
    #expect(site.site == one.site && site.block != one.block)
    #expect(other.site != one.site)
  }

  @Test func anIPv4AddressIsTheSameHoweverItIsWritten() throws {
    #expect(try hash("::ffff:203.0.113.9") == hash("203.0.113.9"))
  }

  @Test func withoutTheKeyNoAddressCanBeHeldAgainstAHash() throws {
    let other = OriginHasher(masterKey: Array(1..<33)).hash(ClientAddress("203.0.113.9"))
    let hash = try hash("203.0.113.9")
    #expect(hash.site != other.site && hash.block != other.block && hash != other)
  }

  /// Worked out by other code (Python's hmac): what is kept must be found again by the next version.
  @Test(arguments: [
    ("203.0.113.9", "3a291b6acb0b1700ddea397a1f2346c4"), ("2001:db8:1:201::1", "efb95cd7f3be26e00304d6aee26b9c59"),
  ])
  func aHashStaysWhatItIs(address: String, expected: String) throws {
    #expect(String(try hash(address).value, radix: 16) == expected)
  }

  @Test func anAddressThatIsNotKnownHasNoNetwork() { #expect(hasher.hash(nil) == .unknown) }
}

@Suite struct OriginEntryTests {
  @Test(arguments: [nil, 0, 1, 365, 65_534, 65_535, 1_000_000, -3])
  func anEntryIsReadAsItWasWritten(days: Int?) {
    let entry = OriginEntry(
      pseudonym: .max / 3, acceptedAt: 1_800_000_000_123, origin: OriginHash(value: .max / 7), accountDays: days)
    var bytes: [UInt8] = [9]
    entry.append(to: &bytes)
    #expect(bytes.count == 1 + OriginEntry.byteCount)
    let read = bytes.withUnsafeBytes { OriginEntry($0, at: 1) }
    #expect(read == entry)
    #expect(read.accountDays == days.map { min(max($0, 0), 65_534) })
  }

  @Test(arguments: [
    (1_800_000_000, 0), (1_799_913_601, 0), (1_799_913_600, 1), (1_791_360_000, 100), (-86_400, 20_834),
    (1_800_000_001, 0), (Int.max, 0), (Int.min, 67_129),
  ])
  func anAccountIsAsOldAsWholeDaysSinceItsMaking(created: Int, days: Int) {
    let now = Date(milliseconds: 1_800_000_000_999)
    #expect(OriginEntry.accountDays(since: created, at: now) == days)
    #expect(OriginEntry.accountDays(since: nil, at: now) == nil)
  }

  private func entry(at time: Int64) -> OriginEntry {
    OriginEntry(pseudonym: UInt128(time), acceptedAt: time, origin: .unknown, accountDays: nil)
  }

  @Test func blocksAreOfOneTaskAndOneMinuteAndNotTooLarge() {
    let tasks = [ProposalID(), ProposalID()]
    let entries = (0..<23_000).map { number in
      (proposal: tasks[number % 2], entry: entry(at: 1_800_000_030_000 + Int64(number / 2) * 5))
    }
    let blocks = OriginBlock.packed(entries)
    for block in blocks {
      #expect(block.first / OriginBlock.span == block.last / OriginBlock.span)
      #expect((1...OriginBlock.capacity).contains(block.count))
      let times = OriginBlock.entries(in: block.data).map(\.acceptedAt)
      #expect(times.min() == block.first && times.max() == block.last)
    }
    for task in tasks {
      let packed = blocks.filter { $0.proposal == task }.flatMap { OriginBlock.entries(in: $0.data) }
      #expect(packed.map(\.acceptedAt).sorted() == entries.filter { $0.proposal == task }.map(\.entry.acceptedAt))
    }
    #expect(Set(blocks.map(\.id)).count == blocks.count)
    // Half a minute of each task, 6,000 entries, and what is left: full ones are closed.
    #expect(blocks.count == 2 * (2 + 2))
    #expect(OriginBlock.packed([]).isEmpty)
  }
}

@Suite struct OriginConditionTests {
  private let entry = OriginEntry(
    pseudonym: 1, acceptedAt: 1_000, origin: OriginHash(value: 0xaabb_ccdd_0011_2233_4455_6677_8899_aabb),
    accountDays: 7)

  private func holds(_ condition: OriginCondition, for other: OriginEntry? = nil) -> Bool {
    condition.test.holds(for: other ?? entry)
  }

  @Test func withoutAnythingSaidEveryBallotIsMeant() { #expect(holds(OriginCondition())) }

  @Test func aStretchOfTimeHasItsBeginningAndNotItsEnd() {
    #expect(holds(OriginCondition(accepted: 1_000..<1_001)))
    #expect(!holds(OriginCondition(accepted: 999..<1_000)))
    #expect(!holds(OriginCondition(accepted: 1_000..<1_000)))
  }

  @Test(arguments: 1...16) func aPrefixMeansWhateverBeginsWithIt(length: Int) {
    var bytes: [UInt8] = []
    entry.append(to: &bytes)
    var prefix = Array(bytes[24..<24 + length])
    #expect(holds(OriginCondition(originPrefix: prefix)))
    prefix[length - 1] ^= 1
    #expect(!holds(OriginCondition(originPrefix: prefix)))
  }

  @Test func whatIsNoPrefixMeansNoBallot() {
    #expect(!holds(OriginCondition(originPrefix: [])))
    #expect(!holds(OriginCondition(originPrefix: [UInt8](repeating: 0xaa, count: 17))))
    let unknown = OriginEntry(pseudonym: 1, acceptedAt: 1_000, origin: .unknown, accountDays: nil)
    #expect(!holds(OriginCondition(originPrefix: [0]), for: unknown))
    #expect(!holds(OriginCondition(originPrefix: [UInt8](repeating: 0, count: 16)), for: unknown))
    #expect(holds(OriginCondition(), for: unknown))
  }

  @Test func anAccountOfUnknownAgeIsNeverTooYoung() {
    #expect(holds(OriginCondition(maximumAccountDays: 7)))
    #expect(!holds(OriginCondition(maximumAccountDays: 6)))
    let unknown = OriginEntry(pseudonym: 1, acceptedAt: 1_000, origin: .unknown, accountDays: nil)
    #expect(!holds(OriginCondition(maximumAccountDays: .max), for: unknown))
  }

  @Test func allThatIsSaidMustHold() {
    let condition = OriginCondition(accepted: 0..<2_000, originPrefix: [0xaa, 0xbb], maximumAccountDays: 7)
    #expect(holds(condition))
    for change in 0..<3 {
      var other = condition
      switch change {
      case 0: other.accepted = 0..<10
      case 1: other.originPrefix = [0xaa, 0xbc]
      default: other.maximumAccountDays = 6
      }
      #expect(!holds(other))
    }
  }
}
