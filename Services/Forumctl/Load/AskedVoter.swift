import Contracts

/// What the Forum says of one voter's accepted ballots on one vote, ballot by ballot.
struct AskedVoter: Sendable {
  struct Ballot: Sendable {
    let receipt: String
    /// Nil when the receipt cannot be read.
    let offset: Int64?
    let isYes: Bool
    let answer: QuestionTraffic.Answer

    fileprivate var isCounted: Bool {
      if case .state("counted", _, _) = answer { true } else { false }
    }
  }

  let voter: String
  let proposal: ProposalID
  let ballots: [Ballot]
  /// Whether a ballot of the voter without an answer may be the one that counts.
  let mayHaveOthers: Bool

  /// What is wrong, each with its receipt; nothing when exactly the first ballot in the log counts.
  var faults: [String] {
    let counted = ballots.filter(\.isCounted)
    var faults = ballots.compactMap { ballot in fault(of: ballot, isAnyCounted: !counted.isEmpty) }
    if counted.count > 1 {
      faults.append("double: \(counted.map { name($0) }.joined(separator: " and ")) are both counted")
    } else if let only = counted.first, let offset = only.offset,
      let earlier = ballots.first(where: { ($0.offset ?? .max) < offset })
    {
      faults.append("\(name(only)) is counted, though \(earlier.receipt) stands before it in the log")
    }
    return faults
  }

  private func fault(of ballot: Ballot, isAnyCounted: Bool) -> String? {
    switch ballot.answer {
    case .failed(let reason): return "\(name(ballot)): what became of it was not to be learnt: \(reason)"
    case .state("counted", let choice, _):
      let cast = ballot.isYes ? Choice.yes : .no
      return choice == cast ? nil : "\(name(ballot)): cast \(cast), counted as \(choice.map { "\($0)" } ?? "nothing")"
    case .state("already-voted", _, _):
      if isAnyCounted || mayHaveOthers { return nil }
      return "lost: \(name(ballot)): another ballot of the voter counts, and it is none of these"
    case .state(let state, _, let reason):
      return "lost: \(name(ballot)): \(state)\(reason.map { ", \($0)" } ?? "")"
    }
  }

  /// A journal may hold anything: what would move a terminal's cursor is not shown.
  private func name(_ ballot: Ballot) -> String {
    let text = "receipt \(ballot.receipt) of \(voter) on \(proposal)"
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }
}
