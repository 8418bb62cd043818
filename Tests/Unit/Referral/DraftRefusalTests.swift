import Contracts
import ServiceKit
import Testing

@testable import Referral

@Suite struct DraftRefusalTests {
  private func pointers(_ check: () throws(Problem) -> Void) -> [String] {
    do throws(Problem) { try check() } catch { return error.errors.map(\.pointer) }
    return []
  }

  /// A text of nothing, and one with somebody's telephone number.
  @Test(arguments: [" ", "전화 010-1234-5678"])
  func noDraftIsTakenWithATextThatMustNotBePublic(text: String) throws {
    let day = try #require(Day("2027-01-31"))
    #expect(pointers { () throws(Problem) in _ = try AcceptanceDraft(department: text).checked() } == ["#/department"])
    #expect(
      pointers { () throws(Problem) in
        _ = try AnswerDraft(department: text, signatory: text, answer: text).checked()
      } == ["#/department", "#/signatory", "#/answer"])
    #expect(
      pointers { () throws(Problem) in
        _ = try DelayDraft(endsOn: day, reason: text).checked(at: CaseWalk.start)
      } == ["#/reason"])
    #expect(
      pointers { () throws(Problem) in
        _ = try CompletionDraft(summary: text, evidence: ["http://example.org"]).checked()
      } == ["#/summary", "#/evidence/0"])
    #expect(pointers { () throws(Problem) in _ = try TextDraft(text: text).checked(1_000) } == ["#/text"])
    #expect(pointers { () throws(Problem) in _ = try ReasonDraft(reason: text).checked() } == ["#/reason"])
    #expect(pointers { () throws(Problem) in _ = try ExtensionDraft(days: 1, reason: text).checked() } == ["#/reason"])
  }
}
