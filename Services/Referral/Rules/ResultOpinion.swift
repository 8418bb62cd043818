import Contracts
import FoundationEssentials
import ServiceKit

/// What a member of the Forum thinks of what became of a case.
struct ResultOpinion: Equatable, CaseText {
  static let kind = CaseTextKind.resultOpinion
  static let textLimit = 2_000
  /// How many a member may write within an hour, over all cases.
  static let rate = OpinionRate(limit: 10)

  let id: ResultOpinionID
  let caseID: CaseID
  let author: CitizenID
  let text: String
  let writtenAt: Date
  var hiding: Hiding?
  var proposedHiding: ProposedHiding?

  /// - Throws: `Problem` 409 when it is hidden.
  func requireReadable() throws(Problem) {
    guard hiding == nil else { throw .gone }
  }
}

/// Of `ResultOpinionID`.
enum ResultOpinionKind {}
/// What a member of the Forum thinks of what became of a case.
typealias ResultOpinionID = Identifier<ResultOpinionKind>

/// An opinion on results, as it came.
struct ResultOpinionDraft: Decodable, Sendable {
  let text: String

  /// - Throws: `Problem` 422
  func checked() throws(Problem) -> String {
    var check = DraftCheck()
    let text = check.text(text, 1...ResultOpinion.textLimit, at: "#/text")
    return try check.result(text)
  }
}

extension Case {
  /// Members say what they think at any time once a ministry has the case, also after its end.
  /// - Throws: `Problem` 409
  func requireResults() throws(Problem) {
    guard ministry != nil else {
      throw .conflict("no-results", "No ministry has the case yet: there are no results.")
    }
  }
}
