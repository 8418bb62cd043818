import Contracts
import FoundationEssentials
import ServiceKit

/// What a citizen says for or against a proposal, or in answer to that.
struct Opinion: Sendable, Equatable, Hidable {
  /// The two columns.
  enum Side: String, Codable, Sendable, CaseIterable { case pro, contra }

  /// Why a reader thinks that the Support Unit should look at it.
  enum FlagReason: String, Codable, Sendable, CaseIterable { case spam, offensive, doesNotBelong = "does-not-belong" }

  static let textLimit = 1_000

  let id: OpinionID
  let proposal: ProposalID
  /// Nil for an opinion of its own.
  let answersTo: OpinionID?
  /// Nil for an answer.
  let side: Side?
  let author: CitizenID
  /// Nil once its author has deleted it.
  var text: String?
  let writtenAt: Date
  var hiding: Hiding?
  /// A hiding that waits for a second person; the text is readable until then.
  var proposedHiding: ProposedHiding?
  var deletedAt: Date?
  /// Answers that are not deleted.
  var answers = 0

  /// Whether there is a text for all to read.
  var isReadable: Bool { hiding == nil && deletedAt == nil }
}

extension Opinion {
  /// The text to be published.
  /// - Throws: `Problem` 422
  static func checked(_ text: String) throws(Problem) -> String {
    var errors: [Problem.FieldError] = []
    let checked = PlainText.checkPublic(text, 1...textLimit, lines: true, at: "#/text", &errors)
    guard errors.isEmpty else { throw .invalid(errors) }
    return checked
  }

  /// - Throws: `Problem` 409 when it is an answer itself, or there is nothing to answer to.
  func requireAnswerable() throws(Problem) {
    guard answersTo == nil else { throw .conflict("no-deeper", "An answer cannot be answered. Answer to the opinion.") }
    try requireReadable()
  }

  /// - Throws: `Problem` 403 for its author, 409 when there is no text.
  func requireFlaggable(by citizen: CitizenID) throws(Problem) {
    guard author != citizen else { throw .forbidden("You can delete your own opinion.") }
    try requireReadable()
  }

  /// - Throws: `Problem` 409 when there is no text.
  func requireReadable() throws(Problem) {
    guard isReadable else { throw .conflict("gone", "The text is deleted or hidden.") }
  }

  /// The author takes the text away; nothing changes the second time.
  /// - Throws: `Problem` 403
  func deleted(by citizen: CitizenID, at now: Date) throws(Problem) -> Opinion {
    guard author == citizen else { throw .forbidden("Only the author can delete an opinion.") }
    guard deletedAt == nil else { return self }
    var change = self
    change.text = nil
    change.proposedHiding = nil
    change.deletedAt = now
    return change
  }
}
