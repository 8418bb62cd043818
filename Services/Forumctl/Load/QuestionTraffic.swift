import Contracts

/// Asks the Forum, ballot by ballot, what became of each; as many at a time as there are connections.
final class QuestionTraffic: Traffic {
  /// One question: whose ballot it is and its receipt.
  struct Question: Sendable {
    let vote: Int
    let citizen: Int
    let receipt: String
  }

  /// What the Forum says of a ballot.
  enum Answer: Sendable, Equatable {
    case state(String, choice: Choice?, reason: String?)
    /// Another status, or no answer however often it was asked.
    case failed(String)
  }

  private struct Status: Decodable {
    let state: String
    let choice: Choice?
    let reason: String?
  }

  private let questions: [Question]
  private let request: LoadRequest
  private let progress: Progress
  private var next = 0
  /// To be asked again, each with the time when.
  private var again: ArraySlice<(question: Int, due: Int64)> = []
  /// Until when a question may be asked again, in nanoseconds; known once each was asked.
  private var end = Int64.max
  private(set) var answers: [Answer]

  init(_ questions: [Question], request: LoadRequest, progress: Progress) {
    self.questions = questions
    self.request = request
    self.progress = progress
    answers = Array(repeating: .failed("not asked"), count: questions.count)
  }

  var nextDue: Int64? { next < questions.count ? 0 : again.first?.due }

  func take(into bytes: inout [UInt8]) -> Int {
    let number: Int
    if next < questions.count {
      number = next
      next += 1
    } else {
      number = again.popFirst()?.question ?? 0
    }
    let question = questions[number]
    request.question(vote: question.vote, citizen: question.citizen, receipt: question.receipt, into: &bytes)
    return number
  }

  func finish(_ number: Int, _ fate: Fate, at time: Int64) {
    switch fate {
    case .answered(200, let body):
      if let status = try? JSON.decode(Status.self, from: body) {
        answers[number] = .state(status.state, choice: status.choice, reason: status.reason)
        // A moment behind; everything else is final.
        if status.state == "pending", repeatLater(number, time) { return }
      } else {
        answers[number] = .failed("an answer that cannot be read")
      }
    case .answered(let status, _):
      answers[number] = .failed("status \(status)")
      if ForumAPI.isTemporary(status), repeatLater(number, time) { return }
    case .unknown, .unsent:
      answers[number] = .failed("no answer")
      if repeatLater(number, time) { return }
    }
    progress.add()
  }

  /// - Returns: false once ten seconds have passed since all were asked.
  private func repeatLater(_ number: Int, _ time: Int64) -> Bool {
    if next == questions.count && end == .max { end = time + 10_000_000_000 }
    guard time < end else { return false }
    again.append((number, time + 500_000_000))
    return true
  }
}
