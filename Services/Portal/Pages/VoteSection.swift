import Contracts
import FoundationEssentials

/// The vote on a task: its rule and its tally.
struct VoteSection: Sendable {
  let speech: Speech
  let facts: Facts

  private var language: Language { speech.language }

  var html: HTML {
    guard let rule = facts.rule else { return "" }
    return """
      <section aria-labelledby="vote"><h2 id="vote">\(speech(.voteHeading))</h2>
      \(tally(rule))
      <h3>\(speech(.ruleHeading))</h3>
      <dl class="facts">
      <div><dt>\(speech(.barRule))</dt>\
      <dd>\(rule.yesBar.grouped) \(speech(.votesUnit)) (\(speech(.barMeaning)))</dd></div>
      \(conditions(rule))
      <div><dt>\(speech(.opensAt))</dt><dd>\(HTML.time(rule.opensAt, in: language))</dd></div>
      <div><dt>\(speech(.closesAt))</dt><dd>\(HTML.time(rule.closesAt, in: language))</dd></div>
      \(changedEnd(rule))
      <div><dt>\(speech(.referralRule))</dt>\
      <dd>\(speech(rule.referral == .atOnce ? .referralAtOnce : .referralAtClose))</dd></div>
      <div><dt>\(speech(.ruleHash))</dt><dd><code>\(facts.ruleHash ?? "")</code></dd></div>
      </dl>
      <p class="note">\(speech(.ruleHashNote))</p>
      </section>
      """
  }

  /// When the vote closes, where that is not what its rule says.
  private func changedEnd(_ rule: VoteRule) -> HTML {
    guard let endsAt = facts.endsAt, endsAt != rule.closesAt else { return "" }
    return "<div><dt>\(speech(.changedEnd))</dt><dd>\(HTML.time(endsAt, in: language))</dd></div>"
  }

  /// What a rule asks for beside the bar; nothing of a rule that asks for nothing more.
  private func conditions(_ rule: VoteRule) -> HTML {
    var pieces: [HTML] = []
    if rule.minimumTurnout > 0 {
      pieces.append(
        "<div><dt>\(speech(.turnoutRule))</dt><dd>\(rule.minimumTurnout.grouped) \(speech(.votesUnit))</dd></div>")
    }
    if rule.majority {
      pieces.append("<div><dt>\(speech(.majorityRule))</dt><dd>\(speech(.majorityMeaning))</dd></div>")
    }
    if rule.electorate == .members {
      pieces.append("<div><dt>\(speech(.electorateRule))</dt><dd>\(speech(.membersOnly))</dd></div>")
    }
    if rule.totals == .hidden {
      pieces.append("<div><dt>\(speech(.totalsRule))</dt><dd>\(speech(.totalsHidden))</dd></div>")
    }
    return "\(pieces)"
  }

  private func tally(_ rule: VoteRule) -> HTML {
    facts.hidesTally ? hiddenTally : shownTally(rule)
  }

  private var hiddenTally: HTML {
    """
    <h3>\(speech(.tallyHeading))</h3>
    <dl class="facts">
    <div><dt>\(speech(.voteStatus))</dt><dd>\(speech(phase))</dd></div>
    </dl>
    <p class="note">\(speech(.totalsHidden))</p>
    """
  }

  private func shownTally(_ rule: VoteRule) -> HTML {
    let tally = facts.tally
    let yes = tally?.yes ?? 0
    // The bar must be exceeded, so the meter is full one vote above it.
    let full = rule.yesBar + 1
    return """
      <h3>\(speech(facts.votePhase == .closed ? .finalTally : .tallyHeading))</h3>
      <dl class="counts large">
      <div><dt>\(speech(.yes))</dt><dd id="tally-yes">\(yes.grouped)</dd></div>
      <div><dt>\(speech(.no))</dt><dd id="tally-no">\((tally?.no ?? 0).grouped)</dd></div>
      <div><dt>\(speech(.bar))</dt><dd>\(rule.yesBar.grouped)</dd></div>
      </dl>
      <label for="tally-meter">\(speech(.towardsBar))</label>
      <meter id="tally-meter" min="0" max="\(full)" value="\(min(yes, full))">\(yes.grouped) / \(rule.yesBar.grouped)\
      </meter>
      <dl class="facts">
      <div><dt>\(speech(.voteStatus))</dt><dd>\(speech(phase))</dd></div>
      \(result)
      \(amended)
      <div><dt>\(speech(.countedUpTo))</dt><dd id="tally-time">\(counted(tally))</dd></div>
      </dl>
      <p id="tally-live" class="note" data-lost="\(speech(.liveLost))" hidden>\(speech(.live))</p>
      <p id="tally-spoken" class="unseen" role="status" data-yes="\(speech(.yes))" data-no="\(speech(.no))"></p>
      """
  }

  private func counted(_ tally: Tally?) -> HTML {
    tally.map { HTML.time($0.countedAt, in: language, seconds: true) } ?? HTML(text: speech(.noTally))
  }

  private var phase: Phrase {
    switch facts.votePhase {
    case .closed: .voteClosed
    case .open: facts.pausedAt == nil ? .voteOpen : .votePaused
    case .planned, nil: .votePlanned
    }
  }

  private var amended: HTML {
    HTML.when(facts.amendment) { amendment in
      "<div><dt>\(speech(.amendedResult))</dt><dd>\(HTML.time(amendment.at, in: language))</dd></div>"
    }
  }

  private var result: HTML {
    let phrase: Phrase
    if let closing = facts.amendment ?? facts.closing {
      if !closing.carried, let lacking = facts.rule?.shortfalls(yes: closing.yes, no: closing.no), lacking != [.bar] {
        let words = lacking.map { speech($0.phrase) }.joined(separator: " ")
        return "<div><dt>\(speech(.result))</dt><dd>\(words)</dd></div>"
      }
      phrase = closing.carried ? .carried : .notCarried
    } else if facts.suspension != nil {
      return "<div><dt>\(speech(.result))</dt><dd>\(language.label(SuspensionReason.barLost))</dd></div>"
    } else if facts.crossedAt != nil {
      phrase = .barCrossedMeanwhile
    } else {
      return ""
    }
    return "<div><dt>\(speech(.result))</dt><dd>\(speech(phrase))</dd></div>"
  }
}

extension VoteRule.Shortfall {
  fileprivate var phrase: Phrase {
    switch self {
    case .bar: .notCarried
    case .turnout: .turnoutMissed
    case .majority: .majorityMissed
    }
  }
}
