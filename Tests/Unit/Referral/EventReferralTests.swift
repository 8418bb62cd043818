import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct EventReferralTests {
  private let now = CaseWalk.start

  private func draft(_ json: String) throws -> EventReferralDraft { try JSON.decode(from: Array(json.utf8)) }

  private func body(
    name: String = "제3회 열린소통포럼", heldOn: String = "2026-11-20", record: String? = nil, reasons: String = "필요"
  ) throws -> EventReferralDraft {
    let link = record.map { #","record":"\#($0)""# } ?? ""
    return try draft(
      #"{"proposal":"\#(CaseWalk.proposal)","event":{"name":"\#(name)","heldOn":"\#(heldOn)"\#(link)},"reasons":"\#(reasons)"}"#
    )
  }

  private func pointers(_ draft: EventReferralDraft, at now: Date) -> [String] {
    do throws(Problem) { _ = try draft.checked(at: now) } catch { return error.errors.map(\.pointer) }
    return []
  }

  @Test func anEventIsOneOfThePastInKorea() throws {
    // 15:00 UTC is midnight in Korea.
    let evening = try #require(JSON.date("2026-11-24T14:59:59.999Z"))
    let midnight = try #require(JSON.date("2026-11-24T15:00:00.000Z"))
    #expect(pointers(try body(heldOn: "2026-11-25"), at: evening) == ["#/event/heldOn"])
    #expect(pointers(try body(heldOn: "2026-11-25"), at: midnight).isEmpty)
    #expect(pointers(try body(heldOn: "2026-11-24"), at: evening).isEmpty)
  }

  @Test func everyMemberThatIsWrongIsNamed() throws {
    let long = String(repeating: "가", count: 2_001)
    let wrong = try body(name: " ", heldOn: "2999-01-01", record: "http://example.org/", reasons: long)
    #expect(pointers(wrong, at: now) == ["#/event/heldOn", "#/event/name", "#/event/record", "#/reasons"])
    #expect(pointers(try body(name: String(long.prefix(201))), at: now) == ["#/event/name"])
    #expect(pointers(try body(name: "두\\n줄"), at: now) == ["#/event/name"])
    #expect(pointers(try body(reasons: "전화 010-1234-5678"), at: now) == ["#/reasons"])
    #expect(pointers(try body(name: String(long.prefix(200)), reasons: String(long.prefix(2_000))), at: now).isEmpty)
    #expect(throws: DecodingError.self) { try body(heldOn: "2026-02-30") }
    let (event, reasons) = try body(record: "https://example.org/3").checked(at: now)
    #expect(
      event
        == OfflineEvent(name: "제3회 열린소통포럼", heldOn: try #require(Day("2026-11-20")), record: "https://example.org/3"))
    #expect(reasons == "필요")
  }

  @Test func onlyAVoteThatClosedWithoutCarryingIsReferred() throws {
    #expect(try KnownVote.failed(CaseWalk.closedVote).closedWithoutCarrying() == CaseWalk.closedVote)
    for (vote, code) in [(KnownVote.toClose, "vote-not-closed"), (.carried, "carried")] {
      #expect { try vote.closedWithoutCarrying() } throws: {
        ($0 as? Problem)?.status == 409 && ($0 as? Problem)?.code == code
      }
    }
  }

  @Test func theCommitteeHasItAsItHasEveryOtherAndEverybodyIsToldWhy() throws {
    let event = OfflineEvent(name: "포럼", heldOn: try #require(Day("2026-11-20")))
    let change = try Case.received(
      CaseWalk.closedVote, as: CaseID(), from: event, for: "필요", within: CaseWalk.terms, by: CaseWalk.actor, at: now)
    let known = change.changed
    #expect(known.state == .received && known.origin == .event && known.crossedAt == nil && known.yes == 9)
    let dueAt = try CaseWalk.received().hold?.dueAt
    #expect(known.hold?.holder == .committee && known.hold?.dueAt == dueAt)
    #expect(known.dossier.referral == Dossier.Referral(event: event, reasons: "필요", referredAt: now))
    #expect(change.names == ["received"])
    let told = try #require(change.told.first?.event as? CaseReceived)
    #expect(told.origin == .event && told.event == event && told.reasons == "필요" && told.actor == CaseWalk.actor)
    #expect(told.crossedAt == nil && told.dueAt == known.hold?.dueAt)
    #expect(known.suspended(by: CaseWalk.lost(crossing: 2, at: 3), at: CaseWalk.day(3)) == nil)
  }

  @Test func whatIsOnRecordIsReadAgainAndARecordFromBeforeTooIs() throws {
    var dossier = Dossier()
    dossier.referral = Dossier.Referral(
      event: OfflineEvent(name: "포럼", heldOn: try #require(Day("2026-11-20")), record: "https://example.org/"),
      reasons: "필요", referredAt: now)
    #expect(try JSON.decode(Dossier.self, from: JSON.encode(dossier)) == dossier)
    #expect(try JSON.decode(Dossier.self, from: Array("{}".utf8)) == Dossier())
  }
}
