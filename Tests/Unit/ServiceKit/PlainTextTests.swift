import HTTPServer
import Testing

@testable import ServiceKit

/// What a plain text may hold, and in which form it is kept.
@Suite struct PlainTextTests {
  private func check(_ text: String, lines: Bool = false, isPublic: Bool = false) -> (String, [Problem.FieldError]) {
    var errors: [Problem.FieldError] = []
    let checked =
      isPublic
      ? PlainText.checkPublic(text, 1...100, lines: lines, at: "#/x", &errors)
      : PlainText.check(text, 1...100, lines: lines, at: "#/x", &errors)
    return (checked, errors)
  }

  /// Korean typed on a Mac comes as single letters; titles that look the same must be the same.
  @Test func textIsKeptComposed() {
    let letters = "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} cafe\u{301}"
    let (checked, errors) = check(letters)
    #expect(errors.isEmpty)
    #expect(Array(checked.unicodeScalars.map(\.value)) == [0xd55c, 0xae00, 0x20, 0x63, 0x61, 0x66, 0xe9])
    #expect(check("plain").0 == "plain")
  }

  @Test(arguments: [
    "\u{3164}", "\u{115f}\u{1160}", "a\u{200b}b", "a\u{2060}b", "\u{feff}a", "\u{ffa0}", "a\u{ad}b", "a\u{e0041}",
  ])
  func whatCannotBeSeenIsRefused(text: String) { #expect(check(text).1.count == 1) }

  @Test func aCharacterHasNoMarksWithoutEnd() {
    let marks = String(repeating: "\u{301}", count: 300) + String(repeating: "\u{323}", count: 300)
    #expect(check("a" + marks).1.count == 1)
    #expect(check("a" + String(marks.unicodeScalars.prefix(30))).1.isEmpty)
  }

  @Test func whiteSpaceWithoutEndIsRefusedBeforeItIsCutOff() {
    #expect(check("   a   ").0 == "a")
    #expect(check(String(repeating: " ", count: 799) + "a").0 == "a")
    #expect(check(String(repeating: " ", count: 800) + "a").1.map(\.detail) == ["must have at most 100 characters"])
  }

  @Test func theJoinersOfSymbolsAndScriptsAreTaken() {
    for text in ["👨‍👩‍👧‍👦", "می‌خواهم", "🇰🇷"] { #expect(check(text).1.isEmpty) }
  }

  @Test func aPublicTextHasNobodysPersonalData() {
    let (_, errors) = check("  call 010-1234-5678 or a@b.kr ", isPublic: true)
    #expect(errors.map(\.pointer) == ["#/x", "#/x"])
    // As it was typed, with the blanks before it.
    #expect(errors.map(\.characters) == [.init(from: 7, to: 20), .init(from: 24, to: 30)])
    #expect(errors.first?.detail == "holds a telephone number, which must not be public")
    #expect(check("call 010-1234-5678").1.isEmpty)
  }

  @Test func theErrorTellsThePlace() throws {
    #expect(
      try document(.invalid(check("010-1234-5678", isPublic: true).1)).contains(#""characters":{"from":0,"to":13}"#))
    #expect(try !document(.invalid([Problem.FieldError("#/x", "must not be empty")])).contains("characters"))
  }

  private func document(_ problem: Problem) throws -> String {
    guard case .bytes(let bytes) = problem.response.body else { throw Problem.internalError }
    return String(decoding: bytes, as: UTF8.self)
  }
}
