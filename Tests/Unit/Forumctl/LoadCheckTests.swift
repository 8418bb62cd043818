import Contracts
import Crypto
import Testing

@testable import Forumctl

struct LoadCheckTests {
  private let key = HMACKey([1])
  private let proposal = ProposalID()

  private func receipt(_ offset: Int64, partition: Int32 = 3) -> Receipt {
    Receipt(partition: partition, offset: offset, record: [], key: key)
  }

  private func ballot(
    _ citizen: Int32, _ choice: Choice, status: Int16 = 202, at offset: Int64? = nil, partition: Int32 = 3
  ) -> CastBallot {
    CastBallot(
      vote: 0, citizen: citizen, isYes: choice == .yes, status: status, request: citizen,
      place: offset.map { CastBallot.Place(receipt($0, partition: partition)) })
  }

  private func growth(_ ballots: [CastBallot]) -> LoadLedger.Growth { LoadLedger(ballots, votes: 1).growths[0] }

  @Test func `a receipt is kept as it was given`() {
    for offset in [0, 1, 255, 1 << 40] as [Int64] {
      let receipt = receipt(offset, partition: 300)
      #expect(CastBallot.Place(receipt).text == receipt.description)
    }
    let body = Array(#"{"acceptedAt":"x","receipt":"\#(receipt(7))","state":"pending"}"#.utf8)
    #expect(BallotTraffic.receipt(in: body) == receipt(7))
    for text in [
      "", "{}", #""receipt":""#, #"{"receipt":"short"}"#, #"{"receipt":""# + String(repeating: "A", count: 500),
    ] {
      #expect(BallotTraffic.receipt(in: Array(text.utf8)) == nil)
    }
  }

  @Test func `each voter counts once, by the ballot that stands first in the log`() {
    let growth = growth([
      ballot(1, .yes, at: 5), ballot(1, .no, at: 4), ballot(2, .yes, at: 6), ballot(2, .yes, at: 9),
      ballot(3, .no, status: 409), ballot(4, .yes, status: 429),
    ])
    #expect(growth == LoadLedger.Growth(yes: 1...1, no: 1...1, total: 2...2))
  }

  @Test func `a ballot without an answer may count or not`() {
    #expect(growth([ballot(1, .yes, status: 0)]) == .init(yes: 0...1, no: 0...0, total: 0...1))
    #expect(growth([ballot(1, .yes, status: 503)]) == .init(yes: 0...1, no: 0...0, total: 0...1))
    #expect(growth([ballot(1, .yes, at: 5), ballot(1, .yes, status: 0)]) == .init(yes: 1...1, no: 0...0, total: 1...1))
    #expect(
      growth([ballot(1, .yes, at: 5), ballot(1, .no, status: 502)]) == .init(yes: 0...1, no: 0...1, total: 1...1))
  }

  @Test func `places in the log are one ballot's each, and a voter's are in one partition`() {
    #expect(LoadLedger([ballot(1, .yes, at: 5), ballot(2, .yes, at: 6)], votes: 1).faults.isEmpty)
    #expect(LoadLedger([ballot(1, .yes, at: 5), ballot(2, .yes, at: 5)], votes: 1).faults.count == 1)
    let two = LoadLedger([ballot(1, .yes, at: 5), ballot(1, .yes, at: 9, partition: 4)], votes: 1)
    #expect(two.faults.count == 1 && two.lastOffsets == [3: 5, 4: 9] && two.voters == 1)
    #expect(LoadLedger([ballot(1, .yes)], votes: 1).faults == ["ballot 1 was answered 202 without a receipt"])
  }

  @Test func `tallies that grew by something else are named`() {
    let growth = LoadLedger.Growth(yes: 5...5, no: 1...2, total: 6...7)
    func faults(_ yes: Int, _ no: Int) -> [String] {
      LoadCheck.faults(proposal, .init(yes: 100, no: 10), .init(yes: 100 + yes, no: 10 + no), growth)
    }
    #expect(faults(5, 1).isEmpty && faults(5, 2).isEmpty)
    #expect(faults(4, 2) == ["\(proposal): yes grew by 4 instead of 5"])
    #expect(
      faults(5, 3) == [
        "\(proposal): no grew by 3 instead of 1 to 2", "\(proposal): yes and no grew by 8 instead of 6 to 7",
      ])
    var verdict = LoadVerdict()
    verdict.weigh(
      [growth, growth], [.init(yes: 0, no: 0), .init(yes: 0, no: 0)], [.init(yes: 3, no: 1), .init(yes: 9, no: 0)])
    #expect(verdict.lost == 2 && verdict.double == 2)
  }

  private func faults(_ ballots: [(Int64, Choice, QuestionTraffic.Answer)], others: Bool = false) -> [String] {
    AskedVoter(
      voter: "v", proposal: proposal,
      ballots: ballots.map {
        AskedVoter.Ballot(receipt: "r\($0.0)", offset: $0.0, isYes: $0.1 == .yes, answer: $0.2)
      }, mayHaveOthers: others
    ).faults
  }

  private func state(_ text: String, _ choice: Choice? = nil, _ reason: String? = nil) -> QuestionTraffic.Answer {
    .state(text, choice: choice, reason: reason)
  }

  @Test func `exactly the first ballot in the log must count`() {
    let again = state("already-voted")
    #expect(faults([(4, .yes, state("counted", .yes)), (5, .no, again)]).isEmpty)
    #expect(faults([(5, .no, again), (4, .yes, state("counted", .yes))]).isEmpty)
    let late = faults([(4, .yes, again), (5, .no, state("counted", .no))])
    #expect(late.count == 1 && late[0].contains("r5") && late[0].contains("r4"))
    let double = faults([(4, .yes, state("counted", .yes)), (5, .yes, state("counted", .yes))])
    #expect(
      double.count == 1 && double[0].hasPrefix("double: ") && double[0].contains("r4") && double[0].contains("r5"))
  }

  @Test func `what is not counted is lost, and named by its receipt`() {
    for answer in [state("none"), state("pending"), state("rejected", nil, "vote-closed"), state("already-voted")] {
      let lines = faults([(4, .yes, answer)])
      #expect(lines.count == 1 && lines[0].hasPrefix("lost: receipt r4 of v on \(proposal)"))
    }
    #expect(faults([(4, .yes, state("already-voted"))], others: true).isEmpty)
    #expect(faults([(4, .yes, state("counted", .no))]) == ["receipt r4 of v on \(proposal): cast yes, counted as no"])
    #expect(faults([(4, .yes, .failed("status 403"))]).first?.contains("status 403") == true)
  }

  @Test func `a journal line is what a decoder reads, and names what was sent`() throws {
    let nonces = Nonces(salt: 1)
    let format = JournalFormat(proposals: [proposal], subjects: ["plain", "q\"\\\u{7}é"], nonces: nonces)
    var bytes: [UInt8] = []
    format.append(ballot(0, .yes, at: 8), to: &bytes)
    format.append(ballot(1, .no, status: 0), to: &bytes)
    format.append(ballot(1, .no, status: 409), to: &bytes)
    let lines = try bytes.split(separator: 0x0a).map { try JSON.decode(JournalLine.self, from: Array($0)) }
    let nonce = { String(decoding: nonces.text(of: $0), as: UTF8.self) }
    #expect(
      lines == [
        JournalLine(
          choice: .yes, nonce: nonce(0), outcome: .ok, proposal: proposal, receipt: "\(receipt(8))", status: 202,
          voter: "plain"),
        JournalLine(
          choice: .no, nonce: nonce(1), outcome: .unknown, proposal: proposal, receipt: nil, status: 0,
          voter: "q\"\\\u{7}é"),
        JournalLine(
          choice: .no, nonce: nonce(1), outcome: .rejected, proposal: proposal, receipt: nil, status: 409,
          voter: "q\"\\\u{7}é"),
      ])
    let voters = JournalCheck.voters(lines, [(lines[0], state("none"))])
    #expect(voters.flatMap(\.faults).count == 1)
  }

  @Test func `the verdict shows so many and says how many more`() {
    var verdict = LoadVerdict()
    verdict.faults = (0..<70).map { "fault \($0)" }
    #expect(verdict.lines.count == 51 && verdict.lines.last == "and 20 more")
  }
}
