/// Sends HTTP/1.1 requests over connections that are kept open and shared.
///
/// No redirects, cookies, proxies or netrc. A request on a kept connection that the server had closed meanwhile is sent
/// again by libcurl on a new one; give requests that must not act twice an idempotency key.
public final class HTTPClient: Sendable {
  private let loop: CurlLoop
  private let userAgent: String
  private let allowedSchemes: Set<String>

  /// Starts the client's thread.
  /// - Parameters:
  ///   - connections: how many requests are under way at a time; the others wait in order.
  ///   - allowedSchemes: http, https or both.
  public init(
    connections: Int = 64, userAgent: String = "citizen-forum", allowedSchemes: Set<String> = ["http", "https"]
  ) {
    loop = CurlLoop(name: "http-client", limit: connections)
    self.userAgent = userAgent
    self.allowedSchemes = allowedSchemes.intersection(["http", "https"])
  }

  deinit {
    loop.close()
  }

  /// Sends `request` and waits for the whole answer. Cancelling the task ends the exchange.
  public func send(_ request: ClientRequest) async throws(ClientError) -> ClientResponse {
    try request.check(schemes: allowedSchemes)
    let result: Result<ClientResponse, ClientError> = await loop.run { completion in
      HTTPTransfer(request, userAgent: userAgent, completion: completion)
    }
    return try result.get()
  }

  /// Ends all requests under way with `.closed`; later ones end likewise.
  public func close() {
    loop.close()
  }
}

extension CurlLoop {
  /// Submits a transfer and waits for its end, or cancels it with the task.
  func run<Value: Sendable>(_ make: (@escaping @Sendable (Value) -> Void) -> Transfer) async -> Value {
    let slot = CompletionSlot<Value>()
    let transfer = make { slot.complete($0) }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        slot.continuation = continuation
        submit(transfer)
      }
    } onCancel: {
      cancel(transfer)
    }
  }
}

/// Holds the continuation for the completion, which is made before it. Set before `submit`, read after it.
private final class CompletionSlot<Value: Sendable>: @unchecked Sendable {
  var continuation: CheckedContinuation<Value, Never>?

  func complete(_ value: Value) {
    continuation?.resume(returning: value)
    continuation = nil
  }
}
