import Contracts
import Crypto
import Testing

@testable import Voting

@Suite struct PseudonymTests {
  private let pseudonyms = Pseudonyms(masterKey: Array(0..<32))

  @Test func aVoterHasOnePseudonymAProposal() {
    let proposal = ProposalID()
    let key = pseudonyms.key(of: proposal)
    let again = Pseudonyms(masterKey: Array(0..<32)).key(of: proposal)
    let first = Pseudonyms.pseudonym(issuer: "iss.example", subject: "citizen-001", key: key)
    #expect(first.count == 32)
    #expect(first == Pseudonyms.pseudonym(issuer: "iss.example", subject: "citizen-001", key: again))
    #expect(first != Pseudonyms.pseudonym(issuer: "iss.example", subject: "citizen-002", key: key))
    #expect(first != Pseudonyms.pseudonym(issuer: "iss.exampl", subject: "ecitizen-001", key: key))
  }

  @Test func pseudonymsOfTwoProposalsCannotBeLinked() {
    let a = Pseudonyms.pseudonym(issuer: "i", subject: "s", key: pseudonyms.key(of: ProposalID()))
    let b = Pseudonyms.pseudonym(issuer: "i", subject: "s", key: pseudonyms.key(of: ProposalID()))
    #expect(a != b)
  }

  @Test func anotherMasterKeyMakesOtherPseudonyms() {
    let proposal = ProposalID()
    let a = Pseudonyms.pseudonym(issuer: "i", subject: "s", key: pseudonyms.key(of: proposal))
    let b = Pseudonyms.pseudonym(
      issuer: "i", subject: "s", key: Pseudonyms(masterKey: Array(1..<33)).key(of: proposal))
    #expect(a != b)
  }
}

@Suite struct BallotStateTests {
  private let key = HMACKey([1])
  private func receipt(_ offset: Int64, partition: Int32 = 2) -> Receipt {
    Receipt(partition: partition, offset: offset, record: [], key: key)
  }

  @Test func aReceiptTellsWhatBecameOfItsBallot() {
    let voted = BallotTrace(first: (2, 10, .yes, .counted), rejection: nil, next: 20)
    #expect(voted.state(of: receipt(10)) == .counted)
    #expect(voted.state(of: receipt(15)) == .alreadyVoted)
    #expect(voted.state(of: receipt(20)) == .pending)
    #expect(
      BallotTrace(first: (2, 10, .yes, .counted), rejection: "vote-closed", next: 20).state(of: receipt(15))
        == .rejected)
    #expect(BallotTrace(first: nil, rejection: "vote-closed", next: 20).state(of: receipt(15)) == .rejected)
    #expect(BallotTrace(first: nil, rejection: nil, next: nil).state(of: receipt(0)) == .pending)
  }

  @Test(arguments: [BallotState.quarantined, .void]) func aBallotThatDoesNotCountYetOrAnyMoreSaysSo(state: BallotState)
  {
    let trace = BallotTrace(first: (2, 10, .yes, state), voidCode: .automated, rejection: "vote-closed", next: 20)
    #expect(trace.state(of: receipt(10)) == state && trace.state(of: nil) == state)
    #expect(trace.state(of: receipt(25)) == .pending)
    #expect(trace.reason(for: state) == (state == .void ? "automated" : nil))
    #expect(trace.reason(for: .rejected) == "vote-closed")
  }

  @Test func withoutAReceiptTheVoterIsToldWhatCounts() {
    #expect(BallotTrace(first: (2, 10, .no, .counted), rejection: "vote-closed", next: 20).state(of: nil) == .counted)
    #expect(BallotTrace(first: nil, rejection: "vote-closed", next: 20).state(of: nil) == .rejected)
    #expect(BallotTrace(first: nil, rejection: nil, next: 20).state(of: nil) == .none)
  }
}
