import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Intake

@Suite struct OpinionRuleTests {
  private let author = CitizenID()
  private let first = StaffMember(id: CitizenID(), role: .supportUnit)
  private let second = StaffMember(id: CitizenID(), role: .admin)
  private let now = Date(milliseconds: 1_700_000_000_000)

  private func opinion(answersTo: OpinionID? = nil) -> Opinion {
    Opinion(
      id: OpinionID(), proposal: ProposalID(), answersTo: answersTo, side: answersTo == nil ? .pro : nil,
      author: author, text: "text", writtenAt: now)
  }

  private func status(_ body: () throws -> Void) -> Int? {
    do {
      try body()
      return nil
    } catch { return (error as? Problem)?.status }
  }

  private func hidden() throws -> Opinion {
    try opinion().hidingProposed(for: .offensive, nil, by: first, at: now).0.hidingConfirmed(by: second, at: now).0
  }

  @Test func aTextHasAThousandCharactersAtMostAndNobodysPersonalData() throws {
    #expect(try Opinion.checked(" " + String(repeating: "가", count: 1_000) + "\n").count == 1_000)
    for text in [String(repeating: "가", count: 1_001), "", " \n", "전화 010-1234-5678", "a\u{202e}b", "a\u{0}"] {
      #expect(status { _ = try Opinion.checked(text) } == 422)
    }
  }

  @Test func answersAreOneLevelDeepAndNeedAText() throws {
    try opinion().requireAnswerable()
    #expect(status { try opinion(answersTo: OpinionID()).requireAnswerable() } == 409)
    #expect(status { try opinion().deleted(by: author, at: now).requireAnswerable() } == 409)
    #expect(status { try hidden().requireAnswerable() } == 409)
  }

  @Test func onlyTheAuthorDeletesAndTheSecondTimeChangesNothing() throws {
    #expect(status { _ = try opinion().deleted(by: CitizenID(), at: now) } == 403)
    let deleted = try opinion().deleted(by: author, at: now)
    #expect(deleted.text == nil && deleted.deletedAt == now && !deleted.isReadable)
    #expect(try deleted.deleted(by: author, at: now + 1) == deleted)
    // What the Support Unit has hidden belongs to its author all the same.
    let hidden = try hidden()
    #expect(try hidden.deleted(by: author, at: now).hiding == hidden.hiding)
  }

  @Test func aTextIsHiddenByTwoPeopleWithAReasonThatCanBePublic() throws {
    let (proposed, first) = try opinion().hidingProposed(
      for: .personalData, " 이름이 있습니다. ", by: first, at: now)
    #expect(proposed.isReadable && proposed.proposedHiding?.explanation == "이름이 있습니다.")
    #expect(first.deed == .proposeHiding && first.code == .personalData && first.role == "support-unit")
    // What is held against somebody by one person is nobody else's business.
    #expect(OpinionView(proposed, for: nil).proposedHiding == nil)
    #expect(OpinionView(proposed, for: nil, isStaff: true).proposedHiding != nil)
    #expect(status { _ = try proposed.hidingConfirmed(by: self.first, at: now) } == 403)
    #expect(status { _ = try proposed.hidingRefused(by: self.first, at: now) } == 403)
    #expect(status { _ = try proposed.hidingProposed(for: .offensive, nil, by: second, at: now) } == 409)
    let (hidden, event) = try proposed.hidingConfirmed(by: second, at: now)
    #expect(!hidden.isReadable && hidden.proposedHiding == nil)
    #expect(hidden.hiding?.by == self.first.id && hidden.hiding?.confirmedBy == second.id)
    #expect(event.deed == .hide && event.actor == second.id && event.role == "admin")
    #expect(event.code == .personalData && event.explanation == "이름이 있습니다.")
    #expect(OpinionView(hidden, for: nil).text == nil && OpinionView(hidden, for: author).text == nil)
    #expect(status { _ = try hidden.hidingProposed(for: .offensive, nil, by: self.first, at: now) } == 409)
    #expect(status { _ = try opinion().hidingProposed(for: .offensive, "a@b.kr", by: second, at: now) } == 422)
  }

  @Test func aTextThatASecondPersonDoesNotWantHiddenStays() throws {
    let proposed = try opinion().hidingProposed(for: .offensive, nil, by: first, at: now).0
    let (refused, event) = try proposed.hidingRefused(by: second, at: now)
    #expect(refused.isReadable && refused.proposedHiding == nil && event.deed == .refuseHiding && event.code == nil)
    for opinion in [refused, opinion(), try hidden()] {
      #expect(status { _ = try opinion.hidingConfirmed(by: second, at: now) } == 409)
      #expect(status { _ = try opinion.hidingRefused(by: second, at: now) } == 409)
    }
    // There is nothing left to hide in what its author has deleted.
    #expect(try proposed.deleted(by: author, at: now).proposedHiding == nil)
  }

  @Test func whatWasHiddenCanBeReadAgainWithAReason() throws {
    let (restored, event) = try hidden().restored(because: " 인용입니다. ", by: first, at: now)
    #expect(restored.isReadable && restored.text == "text")
    #expect(event.deed == .restore && event.explanation == "인용입니다." && event.code == nil)
    #expect(status { _ = try restored.restored(because: "x", by: first, at: now) } == 409)
    #expect(status { _ = try hidden().deleted(by: author, at: now).restored(because: "x", by: first, at: now) } == 409)
    for reason in ["", "a@b.kr", String(repeating: "가", count: 301)] {
      #expect(status { _ = try hidden().restored(because: reason, by: first, at: now) } == 422)
    }
  }

  @Test func nobodyFlagsTheirOwnOrWhatIsGone() throws {
    let reader = CitizenID()
    try opinion().requireFlaggable(by: reader)
    #expect(status { try opinion().requireFlaggable(by: author) } == 403)
    #expect(status { try opinion().deleted(by: author, at: now).requireFlaggable(by: reader) } == 409)
  }

  @Test func whoHasWrittenMuchInAnHourIsToldWhenToGoOn() {
    let rate = OpinionRate(limit: 3)
    func wait(_ ages: [Double]) -> Int? {
      do {
        try rate.check(ages.map { now - $0 }, at: now)
        return nil
      } catch { return error.retryAfter }
    }
    #expect(wait([]) == nil && wait([1, 2]) == nil)
    #expect(wait([1, 2, 600]) == 3_000)
    #expect(wait([1, 2, 3_600]) == nil)
    #expect(wait([1, 2, 3_599.5]) == 1)
    // More than the limit: the limit was lowered.
    #expect(wait([10, 20, 30, 40]) == 3_570)
  }
}
