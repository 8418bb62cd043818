import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Intake

@Suite struct OpinionRuleTests {
  private let author = CitizenID()
  private let unit = CitizenID()
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
    #expect(status { try opinion().hidden(for: .offensive, nil, by: unit, at: now).requireAnswerable() } == 409)
  }

  @Test func onlyTheAuthorDeletesAndTheSecondTimeChangesNothing() throws {
    #expect(status { _ = try opinion().deleted(by: CitizenID(), at: now) } == 403)
    let deleted = try opinion().deleted(by: author, at: now)
    #expect(deleted.text == nil && deleted.deletedAt == now && !deleted.isReadable)
    #expect(try deleted.deleted(by: author, at: now + 1) == deleted)
    // What the Support Unit has hidden belongs to its author all the same.
    let hidden = try opinion().hidden(for: .offensive, nil, by: unit, at: now)
    #expect(try hidden.deleted(by: author, at: now).hiding == hidden.hiding)
  }

  @Test func aTextIsHiddenOnceWithAReasonThatCanBePublic() throws {
    let hidden = try opinion().hidden(for: .personalData, " 이름이 있습니다. ", by: unit, at: now)
    #expect(!hidden.isReadable && hidden.hiding?.explanation == "이름이 있습니다.")
    #expect(status { _ = try hidden.hidden(for: .offensive, nil, by: unit, at: now) } == 409)
    #expect(status { _ = try opinion().hidden(for: .offensive, "a@b.kr", by: unit, at: now) } == 422)
    #expect(OpinionView(hidden, for: nil).text == nil && OpinionView(hidden, for: author).text == nil)
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
