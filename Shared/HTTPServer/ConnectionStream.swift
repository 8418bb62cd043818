import CLibevent
import Synchronization

/// What a connection knows about the stream it sends.
struct StreamState {
  var task: Task<Void, Never>?
  /// Whether its pieces are those of one whole, which must not be cut short in silence.
  let isTransfer: Bool
  /// Resumed when the socket has taken the piece (true) or never will (false).
  var taken: CheckedContinuation<Bool, Never>?
}

/// Answers that come in pieces. One piece at a time is on its way: the next is asked for when the socket has taken it.
extension Connection {
  func startStream(_ pieces: any AsyncSequence<[UInt8], Never> & Sendable) {
    stream = StreamState(isTransfer: false)
    owner.server.streams.add(1, ordering: .relaxed)
    let task = Task.immediate(executorPreference: loop) { [self] in
      for await piece in pieces where !piece.isEmpty {
        if await !send(piece) { break }
      }
      loop.perform { self.endStream() }
    }
    stream?.task = task
    if owner.server.isDraining.load(ordering: .relaxed) { task.cancel() }
  }

  /// A file that is made while it is sent; until it has been sent, or broken off, its request is in flight.
  func startTransfer(_ pieces: any AsyncSequence<[UInt8], any Error> & Sendable) {
    stream = StreamState(isTransfer: true)
    owner.server.streams.add(1, ordering: .relaxed)
    let task = Task.immediate(executorPreference: loop) { [self] in
      do {
        for try await piece in pieces where !piece.isEmpty {
          if await !send(piece) { return }
        }
        loop.perform { self.endStream() }
      } catch {
        loop.perform { self.breakOff() }
      }
    }
    stream?.task = task
  }

  /// Asks the stream to end; what it has sent stays well formed. A transfer goes on.
  func cancelStream() {
    if let stream, !stream.isTransfer { stream.task?.cancel() }
  }

  /// Closes the connection in the middle of an answer: the peer sees that the end is missing.
  private func breakOff() {
    guard request != nil, stream != nil else { return }
    owner.closeLater(self)
  }

  /// Lets go of the stream because its answer is complete or its connection is going.
  func endedStream() {
    guard let ended = stream else { return }
    stream = nil
    owner.server.streams.subtract(1, ordering: .relaxed)
    ended.task?.cancel()
    ended.taken?.resume(returning: false)
  }

  private func send(_ piece: [UInt8]) async -> Bool {
    await withCheckedContinuation { taken in
      loop.perform { self.send(piece, taken) }
    }
  }

  private func send(_ piece: [UInt8], _ taken: CheckedContinuation<Bool, Never>) {
    guard let request, stream != nil, let chunk = evbuffer_new() else { return taken.resume(returning: false) }
    piece.withUnsafeBytes { _ = evbuffer_add(chunk, $0.baseAddress, $0.count) }
    stream?.taken = taken
    enter(.writing, seconds: owner.server.configuration.writeSeconds)
    evhttp_send_reply_chunk_with_cb(
      request, chunk, { _, me in Connection.from(me)?.pieceTaken() }, Unmanaged.passUnretained(self).toOpaque())
    evbuffer_free(chunk)
  }

  private func pieceTaken() {
    guard let taken = stream?.taken else { return }
    stream?.taken = nil
    phase = .streaming
    taken.resume(returning: true)
  }

  private func endStream() {
    guard let request, stream != nil else { return }
    enter(.writing, seconds: owner.server.configuration.writeSeconds)
    evhttp_send_reply_end(request)
  }
}
