/// A request that must be refused with a 4xx and count nothing.
enum HostileRequest: String, Sendable, CaseIterable {
  case noToken = "no-token"
  case badSignature = "bad-signature"
  case brokenToken = "broken-token"
  case brokenBody = "broken-body"
  case wrongChoice = "wrong-choice"
  case noChoice = "no-choice"
  case badNonce = "bad-nonce"
  case unknownProposal = "unknown-proposal"
  case brokenProposal = "broken-proposal"
  case wrongMethod = "wrong-method"
  case hugeBody = "huge-body"
  case hugeHeader = "huge-header"
  case badLength = "bad-length"

  /// Whether the server cannot know where the request ends, so that nothing may follow it on its connection.
  var breaksConnection: Bool { self == .hugeBody || self == .hugeHeader || self == .badLength }
}
