/// Shows every citizen's token to the Forum once: signatures cost most at the first sight.
final class IntroductionTraffic: Traffic {
  private let citizens: Range<Int>
  private let request: LoadRequest
  private let progress: Progress
  private var next: Int
  /// Tokens that were not accepted, or not answered for.
  private(set) var refused = 0

  init(citizens: Range<Int>, request: LoadRequest, progress: Progress) {
    self.citizens = citizens
    self.request = request
    self.progress = progress
    next = citizens.lowerBound
  }

  var nextDue: Int64? { next < citizens.upperBound ? 0 : nil }

  func take(into bytes: inout [UInt8]) {
    request.introduction(vote: 0, citizen: next, into: &bytes)
    next += 1
  }

  func finish(_ ticket: Void, _ fate: Fate, at time: Int64) {
    progress.add()
    // The ballot says nothing, so the token is known once anything but the token is complained of.
    if case .answered(let status, _) = fate, (400..<500).contains(status), status != 401 { return }
    refused += 1
  }
}
