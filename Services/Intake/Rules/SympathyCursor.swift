import Contracts
import Crypto
import FoundationEssentials
import ServiceKit

/// How a list of proposals is ordered.
enum ProposalOrder: String, CaseIterable {
  /// Last submitted first.
  case newest
  /// Most supported first.
  case sympathy
}

/// The place after a proposal in the list by sympathy; opaque to clients. Numbers change while somebody turns pages: a
/// proposal may then come twice or not at all.
struct SympathyCursor: Sendable, Equatable {
  let sympathies: Int64
  let id: ProposalID

  init(_ sympathies: Int64, _ id: ProposalID) {
    self.sympathies = sympathies
    self.id = id
  }

  /// - Throws: `Problem` 400 for anything but the `text` of a cursor.
  init(_ text: String) throws(Problem) {
    let parts = Base64URL.decode(text).map { String(decoding: $0, as: UTF8.self).split(separator: " ") } ?? []
    guard parts.count == 2, let sympathies = Int64(parts[0]), let id = ProposalID(String(parts[1])) else {
      throw .badRequest("after must be the value of next of an earlier page.")
    }
    self.init(sympathies, id)
  }

  var text: String { Base64URL.encode(Array("\(sympathies) \(id)".utf8)) }
}
