import Contracts
import FoundationEssentials
import Testing

@Suite struct IdentifierTests {
  @Test func textAndBackIsTheSameIdentifierInEitherCase() {
    for _ in 0..<1_000 {
      let uuid = UUID()
      #expect(ProposalID(uuid).description == uuid.uuidString.lowercased())
      #expect(ProposalID(uuid.uuidString)?.uuid == uuid)
      #expect(ProposalID(uuid.uuidString.lowercased())?.uuid == uuid)
    }
  }

  @Test(arguments: [
    "", "0b5e1c6a8f6e4d1c9a3a2f1d8c1c0001", "0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c000",
    "0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c00011",
    "0b5e1c6a_8f6e-4d1c-9a3a-2f1d8c1c0001", "0b5e1c6-a8f6e-4d1c-9a3a-2f1d8c1c0001",
    "gb5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0001",
    "+b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0001", " b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0001",
    "0xe1c6aa-8f6e-4d1c-9a3a-2f1d8c1c0001",
    "0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c00é",
  ])
  func whatIsNot36CharactersOfRFC9562IsNone(text: String) { #expect(ProposalID(text) == nil) }
}
