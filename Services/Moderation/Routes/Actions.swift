import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Reviews {
  /// `GET /v1/actions?proposal=&limit=&after=`: the action log, newest first, for everyone. 400 for an unknown cursor.
  func actions(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    var proposal: ProposalID?
    if let text = request.query("proposal") {
      guard let id = ProposalID(text) else { throw Problem.badRequest("proposal must be an identifier.") }
      proposal = id
    }
    var before: Int64?
    if let text = request.query("after") {
      guard let number = Int64(text), number >= 0 else {
        throw Problem.badRequest("after must be the value of next of an earlier page.")
      }
      before = number
    }
    let isStaff = request.caller?.isStaff ?? false
    let actions = try await database.actions(on: proposal, before: before, limit + 1)
    let page = Page(actions, limit: limit) { String($0.number) }
    return try .json(
      page.map { try ActionView($0.number, $0.1, forStaff: isStaff) }, cache: isStaff ? .never : .seconds(1))
  }
}

/// A line of the action log as the API shows it.
struct ActionView: Encodable, Sendable {
  let number: Int64
  let at: Date
  let role: String
  /// The pseudonymous id of a member of staff. Of citizens it is for the staff alone: which proposals have the same author is
  /// nobody else's business.
  let actor: CitizenID?
  let action: Deed
  let proposal: ProposalID
  /// The opinion that it was done to.
  let opinion: OpinionID?
  /// The rating whose reason it was done to.
  let rating: CaseTextID?
  /// The opinion on results that it was done to.
  let resultOpinion: CaseTextID?
  /// For the Support Unit alone where it is only proposed to hide a text: nobody else holds it against the author.
  let reason: JSONValue?

  init(_ number: Int64, _ entry: LoggedAction, forStaff: Bool) throws {
    self.number = number
    at = entry.at
    role = entry.role
    actor = forStaff || entry.role != Role.citizen.rawValue ? entry.actor : nil
    action = entry.deed
    proposal = entry.proposal
    opinion = entry.text?.opinion
    rating = entry.text?.rating
    resultOpinion = entry.text?.resultOpinion
    let isPublic = forStaff || entry.deed.hasPublicReason
    reason = try !isPublic ? nil : entry.reason.map { try JSON.decode(from: Array($0.text.utf8)) }
  }
}
