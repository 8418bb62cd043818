import Contracts
import Crypto
import HTTPServer
import Postgres
import ServiceKit

extension Votes {
  /// `GET /v1/proposals/{id}/vote/result?edition=`: the document as it was written when the vote closed or, after ballots
  /// were voided or released later, amended; the newest edition if none is named, from 1 on. The same bytes for ever; their
  /// SHA-256 is that of `VoteClosed` or `VoteResultAmended`, and in `Repr-Digest` (RFC 9530). 404 until the vote has closed.
  func result(_ request: Request) async throws -> Response {
    let proposal: ProposalID = try request.id()
    let vote = try await database.existingVote(on: proposal)
    let edition = try request.query("edition", default: 0, in: 0...Int(Int32.max))
    guard let (document, hash) = try await database.result(of: vote, edition: edition == 0 ? nil : Int32(edition))
    else {
      let what = edition == 0 ? "no result yet" : "no result of edition \(edition)"
      throw Problem.notFound("The vote on \(proposal) has \(what): it is \(vote.state.rawValue).")
    }
    // A certain edition never changes; there may be a newer one at any time.
    let age = edition == 0 ? 60 : 31_536_000
    let headers: HTTPHeaders = [
      "content-type": "application/json", "cache-control": "public, max-age=\(age)", "etag": "\"\(Hex.encode(hash))\"",
      "repr-digest": "sha-256=:\(Base64.encode(hash)):",
    ]
    return Response(status: 200, headers: headers, body: .bytes(document))
  }
}

extension QueryRunner {
  /// The result as it is served, and its SHA-256; nil until the vote has closed.
  /// - Parameter edition: nil: the newest.
  func result(of vote: Vote, edition: Int32? = nil) async throws -> (document: [UInt8], hash: [UInt8])? {
    let byEdition: Query = edition.map { "AND edition = \($0)" } ?? ""
    let row = try await one(
      """
      SELECT document, hash FROM vote_result WHERE vote = \(vote.number) \(fragment: byEdition)
      ORDER BY edition DESC LIMIT 1
      """)
    return try row.map { (try $0["document"], try $0["hash"]) }
  }
}
