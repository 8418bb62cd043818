import Contracts

/// Writes requests as bytes; made once, so that a request is copies and nothing else.
struct LoadRequest: Sendable {
  private let pathStart: [UInt8]
  /// From the end of the path to the token.
  private let head: [UInt8]
  private let proposals: [[UInt8]]
  private let tokens: [[UInt8]]

  /// - Parameters:
  ///   - host: as in the header Host.
  ///   - basePath: in front of `/v1`; empty or beginning with a slash.
  init(host: String, basePath: String, proposals: [ProposalID], tokens: [[UInt8]]) {
    pathStart = Array("\(basePath)/v1/proposals/".utf8)
    head = Array(" HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: forumctl\r\n".utf8)
    self.proposals = proposals.map { Array($0.description.utf8) }
    self.tokens = tokens
  }

  /// A ballot.
  /// - Parameter nonce: base64url of 16 bytes.
  func ballot(vote: Int, citizen: Int, isYes: Bool, nonce: [UInt8], into bytes: inout [UInt8]) {
    start("POST ", vote, "/ballots", into: &bytes)
    authorize(citizen, into: &bytes)
    let before: StaticString = isYes ? "{\"choice\":\"yes\",\"nonce\":\"" : "{\"choice\":\"no\",\"nonce\":\""
    finish(bodyCount: before.utf8CodeUnitCount + nonce.count + 2, into: &bytes)
    bytes.append(before)
    bytes += nonce
    bytes.append("\"}")
  }

  /// The question what became of a ballot.
  func question(vote: Int, citizen: Int, receipt: String, into bytes: inout [UInt8]) {
    start("GET ", vote, "/ballot?receipt=", receipt, into: &bytes)
    authorize(citizen, into: &bytes)
    bytes.append("\r\n")
  }

  /// A ballot that says nothing: refused, but the service has seen the citizen's token.
  func introduction(vote: Int, citizen: Int, into bytes: inout [UInt8]) {
    start("POST ", vote, "/ballots", into: &bytes)
    authorize(citizen, into: &bytes)
    body("{}", into: &bytes)
  }

  func hostile(_ kind: HostileRequest, vote: Int, citizen: Int, random: inout SplitMix64, into bytes: inout [UInt8]) {
    let good: StaticString = #"{"choice":"yes"}"#
    switch kind {
    case .unknownProposal, .brokenProposal:
      bytes.append("POST ")
      bytes += pathStart
      let id = ProposalID(bytes: (0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) }) ?? ProposalID()
      bytes += Array((kind == .unknownProposal ? "\(id)" : "..%2f\(id)").utf8)
      bytes.append("/ballots")
      bytes += head
    case .wrongMethod: start("PUT ", vote, "/ballots", into: &bytes)
    default: start("POST ", vote, "/ballots", into: &bytes)
    }
    switch kind {
    case .noToken: break
    case .brokenToken: bytes.append("Authorization: Bearer e30.e30.e30\r\n")
    case .badSignature:
      authorize(citizen, into: &bytes)
      // Of the signature's 86 characters the first is of no padding bits: another letter is another signature.
      let place = bytes.count - 2 - 86
      let a = UInt8(ascii: "A")
      if bytes.indices.contains(place) { bytes[place] = bytes[place] == a ? a + 1 : a }
    default: authorize(citizen, into: &bytes)
    }
    switch kind {
    case .brokenBody: body(#"{"choice":"yes""#, into: &bytes)
    case .wrongChoice: body(#"{"choice":"maybe"}"#, into: &bytes)
    case .noChoice: body("{}", into: &bytes)
    case .badNonce: body(#"{"choice":"yes","nonce":"short"}"#, into: &bytes)
    case .hugeBody:
      finish(bodyCount: 8 << 20, into: &bytes)
      bytes += Array(repeating: UInt8(ascii: " "), count: 8_192)
    case .hugeHeader:
      bytes.append("X-Filler: ")
      bytes += Array(repeating: UInt8(ascii: "a"), count: 40_000)
      bytes.append("\r\n")
      body(good, into: &bytes)
    case .badLength: bytes.append("Content-Type: application/json\r\nContent-Length: -1\r\n\r\n{\"choice\":\"yes\"}")
    default: body(good, into: &bytes)
    }
  }

  private func start(
    _ method: StaticString, _ vote: Int, _ path: StaticString, _ query: String = "", into bytes: inout [UInt8]
  ) {
    bytes.append(method)
    bytes += pathStart
    bytes += proposals[vote]
    bytes.append(path)
    if !query.isEmpty { bytes += Array(query.utf8) }
    bytes += head
  }

  private func authorize(_ citizen: Int, into bytes: inout [UInt8]) {
    bytes.append("Authorization: Bearer ")
    bytes += tokens[citizen]
    bytes.append("\r\n")
  }

  private func body(_ text: StaticString, into bytes: inout [UInt8]) {
    finish(bodyCount: text.utf8CodeUnitCount, into: &bytes)
    bytes.append(text)
  }

  private func finish(bodyCount: Int, into bytes: inout [UInt8]) {
    bytes.append("Content-Type: application/json\r\nContent-Length: ")
    bytes += Array(String(bodyCount).utf8)
    bytes.append("\r\n\r\n")
  }
}

extension [UInt8] {
  mutating func append(_ text: StaticString) { text.withUTF8Buffer { append(contentsOf: $0) } }
}
