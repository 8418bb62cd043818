import Contracts
import Crypto
import FoundationEssentials
import ServiceKit
import Testing

@Suite struct PageTests {
  @Test func aCursorComesBackAsItWas() throws {
    let cursor = TimeCursor(Date(milliseconds: 1_543_210_186_340), ProposalID())
    #expect(try TimeCursor(cursor.text) == cursor)
  }

  @Test(arguments: [
    "", "x", "MTIz", "MSAy", "!!!", Base64URL.encode(Array("-1 00000000-0000-0000-0000-000000000000".utf8)),
  ])
  func whatIsNoCursorIsRefused(text: String) {
    #expect(throws: Problem.self) { try TimeCursor<Kinds.Proposal>(text) }
  }

  @Test func nullableIsThereEvenWithoutAValue() throws {
    struct View: Encodable {
      let some: Nullable<Int>
      let none: Nullable<Int>
    }
    let bytes = try JSON.encode(View(some: Nullable(1), none: Nullable(nil)))
    #expect(String(decoding: bytes, as: UTF8.self) == #"{"none":null,"some":1}"#)
  }
}
