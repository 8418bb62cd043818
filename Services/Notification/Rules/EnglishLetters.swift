import Contracts
import FoundationEssentials

/// What the Forum writes in English.
enum EnglishLetters {
  static func words(for occasion: Occasion) -> Letter.Words {
    switch occasion {
    case .proposal(.supportersSought(let event)):
      Letter.Words(
        "Find supporters for your proposal",
        "Your proposal is filed. Hand its invitation on: with \(event.needed) supporters it goes to the Support Unit.",
        "Until: \(time(event.endsAt))")
    case .proposal(.submitted):
      Letter.Words(
        "Your proposal has arrived",
        "Thank you for your proposal. The Support Unit will review it, and we will tell you the outcome.")
    case .proposal(.revised):
      Letter.Words(
        "Your revised proposal has arrived",
        "Thank you for revising it. The Support Unit will review it again, and we will tell you the outcome.")
    case .proposal(.lapsed(let event)):
      Letter.Words(
        "Your proposal has lapsed",
        event.reason == .noSupporters
          ? "It did not find enough supporters in time. You are welcome to hand in another one."
          : "It was not revised in time. You are welcome to hand in another one.")
    case .proposal(.withdrawn):
      Letter.Words(
        "Your proposal is withdrawn", "As you asked, the proposal is withdrawn. You are welcome to hand in another one."
      )
    case .proposal(.sympathyCounted(let event)):
      Letter.Words("the number of its supporters has changed", "\(event.sympathies.grouped) citizens support it now.")
    case .proposal(.opinionModerated):
      Letter.Words("an opinion on it was reviewed", "The Support Unit reviewed an opinion on your proposal.")
    case .moderation(.accepted):
      Letter.Words(
        "Your proposal passed review", "The Support Unit accepted your proposal; it is now open for discussion.")
    case .moderation(.rejected(let event)):
      Letter.Words(
        "Your proposal was not accepted", "The Support Unit reviewed your proposal and could not accept it.",
        "Reason: \(name(of: event.code))\nExplanation: \(event.explanation)")
    case .moderation(.returned(let event)):
      Letter.Words(
        "Please revise your proposal",
        "The Support Unit asks you to revise your proposal. Its review goes on when you hand it in again.",
        "What is to be done: \(event.note)")
    case .moderation(.appealed):
      Letter.Words(
        "Your appeal has arrived",
        "Another person than the one who rejected your proposal will decide, and we will tell you the outcome.")
    case .moderation(.appealDecided(let event)):
      Letter.Words(
        event.outcome == .upheld ? "Your appeal was not granted" : "Your appeal was granted",
        event.outcome == .upheld
          ? "The rejection stands." : "Your proposal is accepted after all and open for discussion.",
        "Explanation: \(event.explanation)")
    case .moderation(.merged(let event)):
      Letter.Words(
        "Your proposal was merged into another one",
        "Both stay readable; this one goes on for both: \(event.into)", "Why: \(event.reason)")
    case .moderation(.selected(let event)):
      Letter.Words(
        "Your proposal was selected for a vote", "Citizens will vote yes or no on your proposal.",
        "Why it was selected: \(event.reason)")
    case .vote(.scheduled(let event)):
      Letter.Words(
        "The vote is scheduled", "The vote runs from \(time(event.rule.opensAt)) to \(time(event.rule.closesAt)).",
        "With more than \(event.rule.yesBar.grouped) yes votes\(conditions(event.rule)) the task goes to the Government "
          + "Innovation Committee. "
          + "This rule will not change before the vote ends.")
    case .vote(.opened(let event)):
      Letter.Words("The vote is open", "Citizens can vote yes or no until \(time(event.rule.closesAt)).")
    case .vote(.paused(let event)):
      Letter.Words(
        "The vote is paused",
        "No votes are taken from \(time(event.pausedAt)) on. The vote will close by as much later.",
        "Reason: \(event.reason)")
    case .vote(.resumed(let event)):
      Letter.Words(
        "The vote goes on", "Citizens can vote yes or no until \(time(event.closesAt)).", "Reason: \(event.reason)")
    case .vote(.extended(let event)):
      Letter.Words(
        "The vote is extended", "Citizens can vote yes or no until \(time(event.closesAt)).",
        "Reason: \(event.reason)")
    case .vote(.trendAlarm):
      Letter.Words(
        "The vote is being looked into", "Very many ballots came within an hour, or from one network. They still count."
      )
    case .vote(.barCrossed(let event)):
      Letter.Words(
        "The vote crossed the bar",
        "With \(event.yes.grouped) yes votes the task is over the bar of \(event.yesBar.grouped). It goes to the "
          + "Government Innovation Committee, if that does not have it already.")
    case .vote(.closed(let event)):
      Letter.Words(
        "The vote is closed",
        "\(event.yes.grouped) yes, \(event.no.grouped) no; more than \(event.yesBar.grouped) yes votes were needed.",
        event.carried
          ? "The task is over the bar and goes to the Government Innovation Committee."
          : "\(lacking(event.shortfalls ?? [.bar])) The task does not go on. Thank you for taking part.")
    case .vote(.ballotsRuled(let event)):
      Letter.Words(
        event.kind == .void ? "Ballots of the vote are voided" : "Ballots that were held back count",
        event.kind == .void
          ? "Two people found that some ballots do not count.\(ballots(event))"
          : "Two people found that ballots which were held back count.\(ballots(event))",
        "Reason: \(name(of: event.code))\nExplanation: \(event.reason)")
    case .vote(.barLost(let event)):
      Letter.Words(
        "The vote does not carry any more",
        "After ballots were voided there are \(event.yes.grouped) yes and \(event.no.grouped) no votes; more than "
          + "\(event.yesBar.grouped) yes votes are needed, and all else that the rule asks for. A task that went to the "
          + "Committee by this vote is suspended until the vote carries again.")
    case .vote(.resultAmended(let event)):
      Letter.Words(
        "The result of the vote is amended",
        "Now: \(event.yes.grouped) yes, \(event.no.grouped) no; more than \(event.yesBar.grouped) yes votes were needed.",
        event.carried ? "With these numbers the vote carries." : lacking(event.shortfalls))
    case .referral(let event): words(for: event)
    }
  }

  /// What those are told who supported a proposal before its review; nil where they are not written to.
  static func wordsForSupporters(about occasion: Occasion) -> Letter.Words? {
    guard case .moderation(let event) = occasion else { return nil }
    return switch event {
    case .accepted:
      Letter.Words(
        "A proposal that you supported passed review",
        "The Support Unit accepted the proposal that you supported; it is now open for discussion.")
    case .rejected(let event):
      Letter.Words(
        "A proposal that you supported was not accepted",
        "The Support Unit reviewed the proposal that you supported and could not accept it.",
        "Reason: \(name(of: event.code))\nExplanation: \(event.explanation)")
    case .merged(let event):
      Letter.Words(
        "A proposal that you supported was merged into another one", "This one goes on for both: \(event.into)",
        "Why: \(event.reason)")
    case .returned, .appealed, .appealDecided, .selected: nil
    }
  }

  static func name(of code: RejectionCode) -> String {
    switch code {
    case .duplicate: "the same as an earlier proposal"
    case .irrelevant: "not a matter for the Forum"
    case .noAction: "nothing that the government could do"
    case .honours: "a request for an honour or an award"
    case .fakeName: "not a real name"
    case .freedomOfInformation: "a request for information, which has a procedure of its own"
    case .libellous: "it harms somebody's reputation"
    case .offensive: "it is offensive"
    case .advertisement: "an advertisement"
    }
  }

  static func name(of code: RulingCode) -> String {
    switch code {
    case .noRightToVote: "cast without the right to vote"
    case .automated: "cast by a program"
    case .sameHand: "cast by one person under several names"
    case .identityStolen: "cast under another person's name"
    case .examined: "examined, and nothing found against them"
    }
  }

  /// How many ballots a ruling is about; nothing while that is hidden.
  private static func ballots(_ event: BallotsRuled) -> String {
    guard let yes = event.yes, let no = event.no else { return "" }
    return " They are \(yes.grouped) yes and \(no.grouped) no."
  }

  private static func lacking(_ shortfalls: [VoteRule.Shortfall]) -> String {
    shortfalls.map { shortfall in
      switch shortfall {
      case .bar: "The task is not over the bar."
      case .turnout: "There were fewer votes than the rule asks for."
      case .majority: "There were not more yes than no votes."
      }
    }.joined(separator: " ")
  }

  /// What the rule asks for beside the bar.
  private static func conditions(_ rule: VoteRule) -> String {
    (rule.minimumTurnout > 0 ? ", at least \(rule.minimumTurnout.grouped) votes in all" : "")
      + (rule.majority ? ", and more yes than no votes," : rule.minimumTurnout > 0 ? "," : "")
  }

  static func time(_ date: Date) -> String {
    let (day, time) = date.inKorea
    return "\(day) \(time) (Korean time)"
  }
}
