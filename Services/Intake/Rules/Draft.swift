import Contracts
import FoundationEssentials
import ServiceKit

/// What a citizen is still writing: nobody else sees it, and it may break every rule.
struct Draft: Sendable, Equatable {
  /// Drafts a citizen may have at once.
  static let limit = 20
  /// Unicode scalars that all fields together may have: room for far more than a proposal may be, and an end to it.
  static let sizeLimit = 40_000

  let id: DraftID
  let author: CitizenID
  var text: DraftText
  /// Counts how often it was saved.
  var version: Int
  var savedAt: Date

  /// Saved once more.
  /// - Throws: `Problem` 412 when somebody else saved it since `version` was read: the citizen, on another device.
  func saved(_ text: DraftText, over version: Int, at now: Date) throws(Problem) -> Draft {
    guard version == self.version else { throw .changedMeanwhile }
    var draft = self
    draft.text = text
    draft.version += 1
    draft.savedAt = now
    return draft
  }
}

/// The fields of a draft as they were typed so far.
struct DraftText: Sendable, Equatable, Decodable {
  var title: String?
  var summary: String?
  var body: String?
  var category: String?
  var reference: String?

  /// As if it were handed in now.
  var submission: Submission.Draft {
    Submission.Draft(
      title: title ?? "", summary: summary ?? "", body: body ?? "", category: category ?? "", reference: reference)
  }

  /// - Throws: `Problem` 422 when it is larger than anybody needs.
  func checkSize() throws(Problem) {
    let size = [title, summary, body, category, reference].reduce(0) { $0 + ($1?.unicodeScalars.count ?? 0) }
    guard size <= Draft.sizeLimit else {
      throw .invalid([Problem.FieldError("#", "must have at most \(Draft.sizeLimit) characters in all")])
    }
  }
}
