import Contracts
import ServiceKit

/// The text to which similar proposals are looked for, as far as it was typed.
struct SimilarityQuery: Sendable, Equatable {
  /// How many proposals are shown at most.
  static let shown = 5
  /// The score from which on a proposal is shown.
  static let threshold = 0.2

  let title: String
  /// Summary and body.
  let text: String

  /// A body as it came: fields may be missing.
  struct Typed: Decodable, Sendable {
    var title: String?
    var summary: String?
    var body: String?
  }

  /// What is longer than a proposal may be is cut: work is bounded whatever comes.
  /// - Throws: `Problem` 422 for characters that no proposal may have.
  init(_ typed: Typed) throws(Problem) {
    var errors: [Problem.FieldError] = []
    func checked(_ text: String?, _ limit: Int, _ pointer: String) -> String {
      PlainText.check(Self.cut(text ?? "", to: limit), 0...limit, lines: true, at: pointer, &errors)
    }
    title = checked(typed.title, Submission.titleLimit, "#/title")
    let summary = checked(typed.summary, Submission.summaryLimit, "#/summary")
    let body = checked(typed.body, Submission.bodyLimit, "#/body")
    text = [summary, body].filter { !$0.isEmpty }.joined(separator: " ")
    guard errors.isEmpty else { throw .invalid(errors) }
  }

  /// Whether too little was typed to be like anything.
  var isEmpty: Bool { title.count + text.count < 2 }

  // By scalars first: a character may carry marks without end.
  private static func cut(_ text: String, to limit: Int) -> String {
    String(String(text.unicodeScalars.prefix(limit * 4)).prefix(limit))
  }
}

extension TaskState {
  /// Whether a proposal in this state is shown to those who write something like it.
  var isShownAsSimilar: Bool {
    switch self {
    case .gathering: false
    case .lapsed, .submitted, .returned, .accepted, .rejected, .appealed, .merged, .withdrawn: true
    case .selected, .scheduled, .open, .closed, .referred, .endorsed, .assigned, .underway, .suspended, .declined,
      .completed,
      .discontinued:
      true
    }
  }
}
