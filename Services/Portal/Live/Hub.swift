import Contracts
import Synchronization

/// Hands what changed to those who follow it. One hub a process; each is fed from the tables.
final class Hub: Sendable {
  /// Ends a subscription when nobody holds it any more.
  typealias Updates = AsyncStream<Snapshot>

  private struct Channel {
    var latest: Snapshot?
    var subscribers: [Int: Updates.Continuation] = [:]
  }
  private struct State {
    var channels: [ProposalID: Channel] = [:]
    var count = 0
    var lastNumber = 0
  }

  /// Streams at most.
  let limit: Int
  private let state = Mutex(State())

  init(limit: Int) { self.limit = limit }

  /// Streams that are open.
  var count: Int { state.withLock { $0.count } }

  /// Follows a proposal. A subscriber that is too slow for every change gets the newest only.
  /// - Returns: the updates, the first of them at once if `isCurrent`; nil when there are too many streams.
  func subscribe(to proposal: ProposalID) -> (updates: Updates, isCurrent: Bool)? {
    let (updates, continuation) = Updates.makeStream(bufferingPolicy: .bufferingNewest(1))
    let place = state.withLock { state -> (number: Int, latest: Snapshot?)? in
      guard state.count < limit else { return nil }
      state.count += 1
      state.lastNumber += 1
      var channel = state.channels.removeValue(forKey: proposal) ?? Channel()
      channel.subscribers[state.lastNumber] = continuation
      if let latest = channel.latest { continuation.yield(latest) }
      state.channels[proposal] = channel
      return (state.lastNumber, channel.latest)
    }
    guard let place else { return nil }
    continuation.onTermination = { [weak self] _ in self?.leave(proposal, place.number) }
    return (updates, place.latest != nil)
  }

  private func leave(_ proposal: ProposalID, _ number: Int) {
    // Freed after the lock: a continuation that goes may call back.
    let gone = state.withLock { state -> Updates.Continuation? in
      guard let gone = state.channels[proposal]?.subscribers.removeValue(forKey: number) else { return nil }
      state.count -= 1
      if state.channels[proposal]?.subscribers.isEmpty == true { state.channels[proposal] = nil }
      return gone
    }
    gone?.finish()
  }

  /// Gives a proposal's followers what is new; what is not newer than the last is passed over.
  func publish(_ snapshot: Snapshot) {
    state.withLock { state in
      guard let channel = state.channels[snapshot.proposal] else { return }
      if let latest = channel.latest, latest.revision >= snapshot.revision { return }
      state.channels[snapshot.proposal]?.latest = snapshot
      for continuation in channel.subscribers.values { continuation.yield(snapshot) }
    }
  }

  /// Repeats the latest snapshot to every `count`th subscriber: what a stream has sent already becomes a heartbeat.
  ///
  /// In turns, so that thousands of connections are not written to at one moment.
  func beat(turn: Int, of count: Int) {
    state.withLock { state in
      for channel in state.channels.values {
        guard let latest = channel.latest else { continue }
        for (number, continuation) in channel.subscribers where number % count == turn { continuation.yield(latest) }
      }
    }
  }
}
