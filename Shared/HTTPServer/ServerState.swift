import Synchronization

/// What the loops of a server share.
final class ServerState: Sendable {
  let configuration: HTTPServerConfiguration
  let handler: HTTPHandler
  let connections = Atomic<Int>(0)
  let requestsInFlight = Atomic<Int>(0)
  let streams = Atomic<Int>(0)
  let isDraining = Atomic<Bool>(false)

  init(_ configuration: HTTPServerConfiguration, _ handler: @escaping HTTPHandler) {
    self.configuration = configuration
    self.handler = handler
  }

  /// The answer to a request that the server refuses, or whose handler gave an answer that cannot be sent.
  func refusal(_ fault: Fault) -> HTTPResponse {
    let response = configuration.badRequest(fault.status, fault.detail)
    return response.isSendable ? response : HTTPResponse(status: fault.status)
  }
}
