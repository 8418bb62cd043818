import Contracts
import Crypto
import Testing

@Suite struct BallotRecordTests {
  private let key = HMACKey(Array(repeating: 7, count: 32))
  private let proposal = ProposalID("0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0001") ?? ProposalID()

  private func ballot(_ choice: Choice = .yes) -> BallotRecord {
    BallotRecord(
      proposal: proposal,
      content: .ballot(pseudonym: Array(0..<32), choice: choice, nonce: Array(repeating: 0xc0, count: 16)),
      acceptedAt: 1_700_000_000_123)
  }

  @Test func aBallotSurvivesTheRoundTrip() throws {
    for choice in Choice.allCases {
      let bytes = ballot(choice).encoded(with: key)
      #expect(bytes.count == BallotRecord.byteCount)
      #expect(try BallotRecord(bytes, key: key) == ballot(choice))
    }
  }

  @Test func aControlRecordSurvivesTheRoundTrip() throws {
    for control in [BallotRecord.Control.open, .close] {
      let record = BallotRecord(
        proposal: proposal, content: .control(control, ruleHash: Array(repeating: 9, count: 32)), acceptedAt: 5)
      #expect(try BallotRecord(record.encoded(with: key), key: key) == record)
    }
  }

  @Test(arguments: ScheduleChange.Kind.allCases)
  func aChangeOfTheScheduleSurvivesTheRoundTrip(kind: ScheduleChange.Kind) throws {
    let change = ScheduleChange(kind, number: 1 << 33 | 7, closesAt: 1_700_000_000_124)
    let record = BallotRecord(
      proposal: proposal, content: .change(change, ruleHash: Array(repeating: 9, count: 32)), acceptedAt: 5)
    let bytes = record.encoded(with: key)
    #expect(bytes[1] == 1 && bytes[50] == kind.rawValue)
    #expect(Array(bytes[51..<59]) == [0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0x7c])
    #expect(Array(bytes[59..<67]) == [0, 0, 0, 2, 0, 0, 0, 7])
    #expect(try BallotRecord(bytes, key: key) == record)
  }

  @Test func aBallotInQuarantineSurvivesTheRoundTrip() throws {
    for choice in Choice.allCases {
      let record = BallotRecord(
        proposal: proposal,
        content: .quarantined(pseudonym: Array(0..<32), choice: choice, nonce: Array(repeating: 1, count: 16)),
        acceptedAt: 5)
      let bytes = record.encoded(with: key)
      // Nothing but the kind differs from a ballot that counts.
      #expect(bytes[1] == 2 && Array(bytes[18..<50]) == Array(0..<32) && bytes[50] == (choice == .yes ? 1 : 0))
      #expect(try BallotRecord(bytes, key: key) == record)
    }
  }

  @Test(arguments: BallotRuling.Kind.allCases)
  func aRulingSurvivesTheRoundTrip(kind: BallotRuling.Kind) throws {
    let ruling =
      kind == .end
      ? BallotRuling(endOf: RulingID()) : BallotRuling(kind, by: RulingID(), voter: Array(1...16), offset: 1 << 33 | 7)
    let record = BallotRecord(proposal: proposal, content: .ruling(ruling), acceptedAt: 5)
    let bytes = record.encoded(with: key)
    #expect(bytes.count == BallotRecord.byteCount && bytes[1] == 3 && bytes[50] == kind.rawValue)
    #expect(Array(bytes[18..<34]) == (kind == .end ? Array(repeating: 0, count: 16) : Array(1...16)))
    #expect(Array(bytes[34..<50]) == ruling.ruling.bytes)
    #expect(Array(bytes[51..<59]) == (kind == .end ? Array(repeating: 0, count: 8) : [0, 0, 0, 2, 0, 0, 0, 7]))
    #expect(Array(bytes[59..<67]) == Array(repeating: 0, count: 8))
    #expect(try BallotRecord(bytes, key: key) == record)
    // Too little of it is read as something, and never a trap.
    _ = BallotRuling(kind, in: [])
  }

  @Test func theLayoutIsTheDocumentedOne() {
    let bytes = ballot().encoded(with: key)
    #expect(bytes[0] == 1 && bytes[1] == 0)
    #expect(Array(bytes[2..<18]) == proposal.bytes)
    #expect(Array(bytes[18..<50]) == Array(0..<32))
    #expect(bytes[50] == 1)
    #expect(Array(bytes[51..<67]) == Array(repeating: 0xc0, count: 16))
    #expect(Array(bytes[67..<75]) == [0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0x7b])
    #expect(Array(bytes[75...]) == Array(key.authenticate(Array(bytes[..<75])).prefix(16)))
  }

  @Test func everyFlippedBitIsNoticed() {
    let bytes = ballot().encoded(with: key)
    for index in bytes.indices {
      for bit in 0..<8 {
        var altered = bytes
        altered[index] ^= 1 << UInt8(bit)
        #expect(throws: BallotRecord.Fault.self) { try BallotRecord(altered, key: key) }
      }
    }
  }

  @Test func badInputIsAFaultAndNeverATrap() {
    #expect(throws: BallotRecord.Fault.missing) { try BallotRecord(nil, key: key) }
    #expect(throws: BallotRecord.Fault.length) { try BallotRecord([], key: key) }
    #expect(throws: BallotRecord.Fault.length) { try BallotRecord(Array(repeating: 1, count: 92), key: key) }
    #expect(throws: BallotRecord.Fault.version) { try BallotRecord(Array(repeating: 2, count: 91), key: key) }
    #expect(throws: BallotRecord.Fault.authentication) { try BallotRecord(Array(repeating: 1, count: 91), key: key) }
    #expect(throws: BallotRecord.Fault.authentication) {
      try BallotRecord(ballot().encoded(with: HMACKey([1, 2, 3])), key: key)
    }
  }

  @Test(arguments: [(1, 4, BallotRecord.Fault.kind), (1, 0xff, .kind), (50, 2, .choice), (67, 0xff, .time)])
  func authenticButImpossibleValuesAreFaults(index: Int, value: Int, fault: BallotRecord.Fault) {
    var bytes = Array(ballot().encoded(with: key)[..<75])
    bytes[index] = UInt8(value)
    bytes += key.authenticate(bytes).prefix(16)
    #expect(throws: fault) { try BallotRecord(bytes, key: key) }
  }

  @Test func randomBytesAreNeverARecord() {
    for length in 0..<300 {
      for _ in 0..<20 {
        var bytes = randomBytes(length)
        if !bytes.isEmpty { bytes[0] = 1 }
        #expect(throws: BallotRecord.Fault.self) { try BallotRecord(bytes, key: key) }
      }
    }
  }

  @Test func thePartitionIsTheFirstEightBytesModuloTheCount() {
    #expect(BallotRecord.partition(of: [0, 0, 0, 0, 0, 0, 0, 13] + Array(repeating: 9, count: 24), count: 12) == 1)
    #expect(BallotRecord.partition(of: Array(repeating: 0xff, count: 32), count: 12) == Int32(UInt64.max % 12))
  }

  @Test func aReceiptSurvivesItsTextAndOthersAreRefused() {
    let receipt = Receipt(partition: 11, offset: 1 << 40, record: ballot().encoded(with: key), key: key)
    #expect(Receipt(receipt.description) == receipt)
    for text in [
      "", "x", receipt.description + "A", String(repeating: "/", count: 35), String(repeating: "_", count: 35),
    ] {
      #expect(Receipt(text) == nil)
    }
  }
}
