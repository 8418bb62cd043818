import Contracts
import FoundationEssentials
import ServiceKit

/// For whom the Support Unit entered a proposal that did not come online. Personal: for its staff alone.
struct OfflineFiling: Sendable, Equatable {
  let enteredBy: CitizenID
  let name: String
  /// How the person can be reached, as they gave it.
  let contact: String?
  let receivedAt: Date
}

/// A proposal that somebody brought on paper or by word of mouth, as a member of the Support Unit enters it.
struct OfflineDraft: Decodable, Sendable {
  static let nameLimit = 100
  static let contactLimit = 200

  struct Person: Decodable, Sendable {
    let name: String
    let contact: String?
  }

  let proposal: Submission.Draft
  let person: Person
  let receivedAt: Date

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(by staff: CitizenID, at now: Date) throws(Problem) -> (ProposalText, OfflineFiling) {
    var errors: [Problem.FieldError] = []
    let text = Submission.checked(proposal, at: "#/proposal", &errors)
    let name = PlainText.check(person.name, 1...Self.nameLimit, lines: false, at: "#/person/name", &errors)
    let contact = person.contact.map {
      PlainText.check($0, 1...Self.contactLimit, lines: false, at: "#/person/contact", &errors)
    }
    if receivedAt > now { errors.append(Problem.FieldError("#/receivedAt", "must not be in the future")) }
    guard let text, errors.isEmpty else { throw .invalid(errors) }
    return (text, OfflineFiling(enteredBy: staff, name: name, contact: contact, receivedAt: receivedAt))
  }
}

extension Proposal {
  /// Goes before the Support Unit at once: who came in person need not find supporters by a link. The author is known to
  /// nobody's token.
  init(offline text: ProposalText, at now: Date) {
    self.init(
      id: ProposalID(), author: CitizenID(), text: text, channel: .offline, state: .submitted, stateSince: now,
      filedAt: now, submittedAt: now, gate: nil)
  }
}
