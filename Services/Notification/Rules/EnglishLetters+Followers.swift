import Contracts

extension EnglishLetters {
  /// What those are told who follow a task, a category or an office; the proposal is not theirs.
  static func wordsForFollowers(about occasion: Occasion) -> Letter.Words {
    switch occasion {
    case .proposal(let event): words(about: event)
    case .moderation(let event): words(about: event)
    case .vote, .referral: words(for: occasion)
    }
  }

  private static func words(about event: ProposalEvent) -> Letter.Words {
    switch event {
    case .supportersSought: Letter.Words("A proposal seeks supporters", "When it has found them, its review begins.")
    case .submitted:
      Letter.Words("A proposal has arrived", "The Support Unit will review it, and we will tell you the outcome.")
    case .revised:
      Letter.Words(
        "A revised proposal has arrived", "The Support Unit will review it again, and we will tell you the outcome.")
    case .lapsed: Letter.Words("The proposal has lapsed", "It was not revised in time, and does not go on.")
    case .withdrawn: Letter.Words("The proposal was withdrawn by its author", "It does not go on.")
    case .sympathyCounted(let event):
      Letter.Words("The number of its supporters has changed", "\(event.sympathies.grouped) citizens support it now.")
    case .opinionModerated:
      Letter.Words("An opinion on the proposal was reviewed", "The Support Unit reviewed an opinion on the proposal.")
    }
  }

  private static func words(about event: ModerationEvent) -> Letter.Words {
    switch event {
    case .accepted:
      Letter.Words("The proposal passed review", "The Support Unit accepted it; it is now open for discussion.")
    case .rejected(let event):
      Letter.Words(
        "The proposal was not accepted", "Reason: \(name(of: event.code))", "Explanation: \(event.explanation)")
    case .returned:
      Letter.Words(
        "The Support Unit asks for a revision", "The review goes on when the author hands the proposal in again.")
    case .appealed:
      Letter.Words(
        "The author appealed against the rejection", "Another person will decide, and we will tell you the outcome.")
    case .appealDecided(let event):
      Letter.Words(
        event.outcome == .upheld ? "The author's appeal was not granted" : "The author's appeal was granted",
        event.outcome == .upheld
          ? "The rejection stands." : "The proposal is accepted after all and open for discussion.",
        "Explanation: \(event.explanation)")
    case .merged(let event):
      Letter.Words(
        "The proposal was merged into another one", "This one goes on for both: \(event.into)", "Why: \(event.reason)")
    case .selected(let event):
      Letter.Words(
        "The proposal was selected for a vote", "Citizens will vote yes or no on it.",
        "Why it was selected: \(event.reason)")
    }
  }
}
