import Contracts
import Crypto
import HTTPServer
import Postgres
import ServiceKit

extension Votes {
  /// `GET /v1/proposals/{id}/vote/result`: the document as it was written when the vote closed, the same bytes for ever;
  /// their SHA-256 is that of `VoteClosed`, and in `Repr-Digest` (RFC 9530). 404 until the vote has closed.
  func result(_ request: Request) async throws -> Response {
    let proposal: ProposalID = try request.id()
    guard let vote = try await database.vote(on: proposal) else {
      throw Problem.notFound("There is no vote on \(proposal).")
    }
    guard let (document, hash) = try await database.result(of: vote) else {
      throw Problem.notFound("The vote on \(proposal) has no result yet: it is \(vote.state.rawValue).")
    }
    let headers: HTTPHeaders = [
      "content-type": "application/json", "cache-control": "public, max-age=3600", "etag": "\"\(Hex.encode(hash))\"",
      "repr-digest": "sha-256=:\(Base64.encode(hash)):",
    ]
    return Response(status: 200, headers: headers, body: .bytes(document))
  }
}

extension QueryRunner {
  /// The result as it is served, and its SHA-256; nil until the vote has closed.
  func result(of vote: Vote) async throws -> (document: [UInt8], hash: [UInt8])? {
    guard let row = try await one("SELECT document, hash FROM vote_result WHERE vote = \(vote.number)") else {
      return nil
    }
    return (try row["document"], try row["hash"])
  }
}
