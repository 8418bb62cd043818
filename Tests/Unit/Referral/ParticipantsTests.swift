import Contracts
import Crypto
import FoundationEssentials
import HTTPClient
import HTTPServer
import Synchronization
import Testing

@testable import Referral
@testable import ServiceKit

@Suite struct ParticipantsTests {
  /// A service that always gives one answer, and remembers what it was asked.
  private final class StandIn: Sendable {
    private let server: HTTPServer
    private let received: Received

    private final class Received: Sendable {
      let requests = Mutex<[HTTPRequest]>([])
    }

    init(_ status: Int, _ body: String, type: String = "application/json") throws {
      let received = Received()
      self.received = received
      server = HTTPServer(HTTPServerConfiguration()) { request in
        received.requests.withLock { $0.append(request) }
        return HTTPResponse(status: status, headers: ["content-type": type], body: .bytes(Array(body.utf8)))
      }
      try server.start()
    }

    var url: String { "http://127.0.0.1:\(server.port)" }
    var requests: [HTTPRequest] { received.requests.withLock { $0 } }
    func stop() async { await server.drain(seconds: 0) }
  }

  private static let proposal = ProposalID()
  private static let problem = "application/problem+json"
  private static let request = Request(
    http: HTTPRequest(
      method: .put, path: "/v1/cases/x/ratings/answer", headers: ["authorization": "Bearer of-the-citizen"], body: []),
    parameters: [:], caller: nil)

  /// - Returns: nil when the citizen may rate, else what is answered.
  private func refusal(voting: StandIn, intake: StandIn, votingURL: String? = nil) async -> Problem? {
    let client = HTTPClient(connections: 2)
    let participants = Participants(
      client: client, intake: intake.url, voting: votingURL ?? voting.url,
      log: Log(service: "referral", minimum: .error))
    var refusal: Problem?
    do { try await participants.require(Self.request, on: Self.proposal) } catch { refusal = error }
    client.close()
    await voting.stop()
    await intake.stop()
    return refusal
  }

  private static func ballot(_ state: String) throws -> StandIn {
    try StandIn(200, #"{"proposal":"\#(proposal)","state":"\#(state)"}"#)
  }

  private static func sympathy(given: Bool = false, supporter: Bool = false) throws -> StandIn {
    try StandIn(200, #"{"sympathies":3,"given":\#(given),"supporter":\#(supporter)}"#)
  }

  @Test func whoseBallotCountsIsAVoterAndTheirOwnTokenAsksForIt() async throws {
    let (voting, intake) = (try Self.ballot("counted"), try Self.sympathy())
    #expect(await refusal(voting: voting, intake: intake) == nil)
    #expect(voting.requests.map(\.path) == ["/v1/proposals/\(Self.proposal)/ballot"])
    #expect(voting.requests.first?.headers["authorization"] == "Bearer of-the-citizen")
    #expect(intake.requests.isEmpty, "one yes is enough")
  }

  @Test func whoSupportsOrBroughtTheProposalIsASupporter() async throws {
    for intake in [try Self.sympathy(given: true), try Self.sympathy(supporter: true)] {
      let voting = try Self.ballot("none")
      #expect(await refusal(voting: voting, intake: intake) == nil)
      #expect(intake.requests.map(\.path) == ["/v1/proposals/\(Self.proposal)/sympathy"])
      #expect(intake.requests.first?.headers["authorization"] == "Bearer of-the-citizen")
    }
  }

  @Test func whoIsNeitherIsTurnedAway() async throws {
    for state in ["none", "quarantined", "void", "rejected"] {
      #expect(await refusal(voting: try Self.ballot(state), intake: try Self.sympathy())?.status == 403, "\(state)")
    }
    // No vote is known of, nor a proposal: that is an answer as well.
    let (voting, intake) = (try StandIn(404, "{}", type: Self.problem), try StandIn(404, "{}", type: Self.problem))
    #expect(await refusal(voting: voting, intake: intake)?.status == 403)
  }

  @Test func whatCannotBeKnownIsNeverGuessed() async throws {
    let silent: [(Int, String, String)] = [
      (503, "{}", Self.problem), (500, "", "text/plain"), (401, "{}", Self.problem), (403, "{}", Self.problem),
      // From somebody who is not the service, or whose answer has changed.
      (404, "<html>", "text/html"), (200, "<html>", "text/html"), (200, "{}", "application/json"),
    ]
    for (status, body, type) in silent {
      let problem = await refusal(voting: try StandIn(status, body, type: type), intake: try Self.sympathy())
      #expect(problem?.status == 503 && problem?.retryAfter == 5, "voting \(status) \(body)")
      let other = await refusal(voting: try Self.ballot("none"), intake: try StandIn(status, body, type: type))
      #expect(other?.status == 503 && other?.retryAfter == 5, "intake \(status) \(body)")
      // A yes of the other one is known all the same.
      let yes = await refusal(voting: try StandIn(status, body, type: type), intake: try Self.sympathy(given: true))
      #expect(yes == nil, "\(status) \(body)")
    }
    let problem = await refusal(
      voting: try Self.ballot("counted"), intake: try Self.sympathy(), votingURL: "http://127.0.0.1:1")
    #expect(problem?.status == 503, "nobody listens")
  }
}
