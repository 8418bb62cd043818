import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct ResultOpinionTests {
  @Test func membersSpeakFromTheMomentAMinistryHasTheCaseAndAfterItsEnd() throws {
    #expect { try CaseWalk.onAgenda().requireResults() } throws: { ($0 as? Problem)?.code == "no-results" }
    try CaseWalk.assigned().requireResults()
    try CaseWalk.answered().discontinued(for: "예산", by: CaseWalk.actor, at: CaseWalk.day(30)).changed.requireResults()
  }

  @Test func anOpinionHasTwoThousandCharactersAtMostAndNobodysPersonalData() throws {
    let long = String(repeating: "가", count: 2_000)
    #expect(try ResultOpinionDraft(text: " \(long) ").checked() == long)
    for text in ["", " \n", long + "가", "전화 010-1234-5678", "보이지\u{200b}않는"] {
      #expect { try ResultOpinionDraft(text: text).checked() } throws: {
        ($0 as? Problem)?.errors.map(\.pointer) == ["#/text"]
      }
    }
  }
}
