import Contracts
import HTTPServer
import Postgres
import ServiceKit

/// The live tallies.
struct Streams: Sendable {
  let database: Database
  let hub: Hub

  /// `GET /proposals/{id}/events`: server-sent events (HTML Living Standard, section 9.2): `state` and `tally`, at once
  /// and on every change.
  ///
  /// 404 for a proposal that nothing has been heard of; 503 when too many streams are open.
  func follow(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    let headers: HTTPHeaders = [
      "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no",
    ]
    if request.http.method == .head { return Response(status: 200, headers: headers) }
    // First followed, then read: what changes in between is not missed.
    guard let (updates, isCurrent) = hub.subscribe(to: id) else {
      throw Problem.unavailable("Too many pages follow a vote at this moment.", retryAfter: Int.random(in: 5...30))
    }
    if !isCurrent {
      guard let snapshot = try await database.snapshot(of: id) else {
        throw Problem.notFound("There is no proposal \(id).")
      }
      hub.publish(snapshot)
    }
    return Response(
      status: 200, headers: headers, body: .stream(LiveStream(updates: updates, retry: Int.random(in: 2_000...5_000))))
  }
}
