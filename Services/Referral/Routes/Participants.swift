import Contracts
import HTTPClient
import HTTPServer
import ServiceKit

/// Asks intake and voting, by their public API and with the citizen's own token, whether a citizen supported a proposal or has
/// voted on it. Nothing is kept: who votes is nobody's business but voting's.
struct Participants: Sendable {
  let client: HTTPClient
  /// Where intake is, without a slash at the end.
  let intake: String
  /// Where voting is.
  let voting: String
  let log: Log

  /// A citizen waits for it; a service that works answers within milliseconds.
  static let patience = 3.0

  /// - Throws: `Problem` 403 for who is neither supporter nor voter, 503 when that cannot be known now.
  func require(_ request: Request, on proposal: ProposalID) async throws(Problem) {
    var answer = await hasVoted(request, on: proposal)
    // One yes is enough, and most are voters.
    if answer != .yes { answer = .either(answer, await hasSupported(request, proposal)) }
    switch answer {
    case .yes: return
    case .no: throw .forbidden("Only supporters of the proposal and those whose ballot on it counts rate its results.")
    case .unknown:
      throw .unavailable("It cannot be known at the moment whether you are a supporter or a voter.", retryAfter: 5)
    }
  }

  /// Of the ballot's states, `counted` alone makes a voter: one in quarantine does not count yet, a void one never did.
  private func hasVoted(_ request: Request, on proposal: ProposalID) async -> Participation {
    struct Ballot: Decodable, SendableMetatype { let state: String }
    return await ask("\(voting)/v1/proposals/\(proposal)/ballot", for: request) { (ballot: Ballot) in
      ballot.state == "counted"
    }
  }

  private func hasSupported(_ request: Request, _ proposal: ProposalID) async -> Participation {
    struct Sympathy: Decodable, SendableMetatype { let given, supporter: Bool }
    return await ask("\(intake)/v1/proposals/\(proposal)/sympathy", for: request) { (sympathy: Sympathy) in
      sympathy.given || sympathy.supporter
    }
  }

  private func ask<Answer: Decodable & SendableMetatype>(
    _ url: String, for request: Request, _ holds: (Answer) -> Bool
  ) async -> Participation {
    guard let token = request.http.headers["authorization"] else { return .unknown }
    do {
      let answer = try await client.send(
        ClientRequest(url: url, headers: [("authorization", token)], timeout: Self.patience))
      switch answer.status {
      case 200: return holds(try JSON.decode(Answer.self, from: answer.body)) ? .yes : .no
      // There is no vote on it, or no such proposal; any other sender of a 404 knows nothing of either.
      case 404 where answer.header("content-type") == "application/problem+json": return .no
      default:
        log.warning("no answer about a participant", ["url": .string(url), "status": "\(answer.status)"])
        return .unknown
      }
    } catch {
      log.warning("no answer about a participant", ["url": .string(url), "error": "\(error)"])
      return .unknown
    }
  }
}
