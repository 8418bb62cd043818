import ServiceKit
import Testing

@testable import Intake

@Suite struct SimilarityQueryTests {
  @Test func whatIsLongerThanAProposalIsCut() throws {
    let long = String(repeating: "가", count: 5_000)
    let query = try SimilarityQuery(.init(title: long, summary: long, body: long))
    #expect(query.title.count == 80 && query.text.count == 2_301)
    // One character with more marks than any writing has.
    let marks = "a" + String(repeating: "\u{301}", count: 100_000)
    #expect(throws: Problem.self) { try SimilarityQuery(.init(body: marks)) }
  }

  @Test func whatLooksTheSameIsLookedForAsTheSame() throws {
    let query = try SimilarityQuery(.init(title: "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"))
    #expect(query.title.unicodeScalars.elementsEqual("한글".unicodeScalars))
  }

  @Test func oneLetterIsLikeNothing() throws {
    #expect(try SimilarityQuery(.init()).isEmpty)
    #expect(try SimilarityQuery(.init(title: "밤", body: " ")).isEmpty)
    #expect(try !SimilarityQuery(.init(title: "버스")).isEmpty)
  }

  @Test func charactersThatNoProposalMayHaveAreRefusedWithTheirPlace() {
    let error = #expect(throws: Problem.self) { try SimilarityQuery(.init(title: "a\u{0}", body: "\u{202e}b")) }
    #expect(error?.errors.map(\.pointer) == ["#/title", "#/body"])
  }

  @Test func noMoreSearchesRunAtOnceThanThereAreSlots() {
    let slots = SearchSlots(2)
    #expect(slots.take() && slots.take() && !slots.take() && !slots.take())
    slots.giveBack()
    #expect(slots.take() && !slots.take())
  }
}
