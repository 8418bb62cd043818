import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Voting

/// What may be ruled over ballots, by whom, and what it would do.
@Suite struct RulingRuleTests {
  private let now = Date(milliseconds: 1_800_000_000_000)
  private let proposer = CitizenID()

  private func ruling(_ state: RulingState = .proposed) -> Ruling {
    Ruling(
      id: RulingID(), vote: 1, kind: .void, code: .automated, reason: "r", condition: BallotCondition(), state: state,
      listedYes: 1, listedNo: 2, proposedBy: proposer, proposedAt: now, completedAt: nil, yes: nil, no: nil)
  }

  private func code(_ body: () throws -> some Any) -> String? {
    do {
      _ = try body()
      return nil
    } catch { return (error as? Problem)?.code ?? "\(error)" }
  }

  private func pointers(_ kind: RulingKind, _ condition: BallotCondition) -> [String] {
    do {
      _ = try condition.checked(for: kind)
      return []
    } catch { return error.errors.map(\.pointer) }
  }

  @Test func anotherPersonConfirmsAndAnyoneRefuses() throws {
    let second = CitizenID()
    #expect(code { try ruling().confirmed(by: proposer, at: now) } == "forbidden")
    let confirmed = try ruling().confirmed(by: second, at: now)
    #expect(confirmed.state == .confirmed && confirmed.decidedBy == second && confirmed.decidedAt == now)
    for staff in [proposer, second] {
      let refused = try ruling().refused(for: "no", by: staff, at: now)
      #expect(refused.state == .refused && refused.decidedBy == staff && refused.refusal == "no")
    }
  }

  @Test(arguments: RulingState.allCases) func onlyWhatIsProposedIsDecided(state: RulingState) {
    let expected = state == .proposed ? nil : "ruling-decided"
    #expect(code { try ruling(state).confirmed(by: CitizenID(), at: now) } == expected)
    #expect(code { try ruling(state).refused(for: "no", by: proposer, at: now) } == expected)
  }

  @Test(arguments: RulingCode.allCases, RulingKind.allCases)
  func eachCodeIsForOneKind(code: RulingCode, kind: RulingKind) {
    let draft = RulingDraft(kind: kind, code: code, reason: "because", ballots: BallotCondition(quarantined: true))
    var refused: [String] = []
    do { _ = try draft.checked() } catch { refused = error.errors.map(\.pointer) }
    #expect(refused == (code.kind == kind ? [] : ["#/code"]))
  }

  @Test func aReasonIsPlainTextWithoutPersonalData() {
    for reason in ["", String(repeating: "x", count: 1_001), "call 010-1234-5678", "a\u{202e}b"] {
      let draft = RulingDraft(
        kind: .void, code: .automated, reason: reason, ballots: BallotCondition(quarantined: true))
      var refused: [String] = []
      do { _ = try draft.checked() } catch { refused = error.errors.map(\.pointer) }
      #expect(refused == ["#/reason"])
    }
  }

  @Test func aConditionSaysSomething() {
    #expect(pointers(.void, BallotCondition()) == ["#/ballots"])
    #expect(pointers(.release, BallotCondition()) == ["#/ballots"])
    #expect(pointers(.void, BallotCondition(quarantined: false)) == [])
    #expect(pointers(.release, BallotCondition(quarantined: false)) == ["#/ballots/quarantined"])
    #expect(pointers(.release, BallotCondition(quarantined: true)) == [])
  }

  @Test func aReleaseIsOfBallotsInQuarantineAlone() throws {
    #expect(try BallotCondition(origin: "aa").checked(for: .release).isQuarantined == true)
    #expect(try BallotCondition(origin: "aa").checked(for: .void).isQuarantined == nil)
  }

  @Test func aWindowIsReadAsMillisecondsAndOpenOnEitherSide() throws {
    func window(_ from: String?, _ until: String?) throws -> Range<Int64>? {
      try BallotCondition(acceptedFrom: from, acceptedUntil: until).checked(for: .void).accepted
    }
    #expect(try window("1970-01-01T00:00:01Z", "1970-01-01T00:00:02.5Z") == 1_000..<2_500)
    #expect(try window("1970-01-01T09:00:01+09:00", nil) == 1_000..<Int64.max)
    #expect(try window(nil, "1970-01-01T00:00:02Z") == 0..<2_000)
    for (from, until) in [("x", nil), (nil, ""), ("2030-01-01T00:00:00Z", "2029-01-01T00:00:00Z")]
      as [(String?, String?)]
    {
      #expect(pointers(.void, BallotCondition(acceptedFrom: from, acceptedUntil: until)).count == 1)
    }
    let same = "2030-01-01T00:00:00Z"
    #expect(pointers(.void, BallotCondition(acceptedFrom: same, acceptedUntil: same)) == ["#/ballots/acceptedUntil"])
  }

  @Test(arguments: [
    ("a", false), ("", false), ("zz", false), ("ab", true), ("0123456789ABCDEF0123456789abcdef", true),
    ("0123456789ABCDEF0123456789abcdef00", false), ("abc", false),
  ])
  func anOriginIsTheBeginningOfAHash(text: String, isValid: Bool) {
    #expect(pointers(.void, BallotCondition(origin: text)) == (isValid ? [] : ["#/ballots/origin"]))
  }

  @Test(arguments: [(-1, false), (0, true), (36_500, true), (36_501, false), (Int.max, false)])
  func anAgeOfAnAccountIsInDays(days: Int, isValid: Bool) {
    #expect(
      pointers(.void, BallotCondition(maximumAccountDays: days)) == (isValid ? [] : ["#/ballots/maximumAccountDays"]))
  }

  @Test func placesAreOfTheLog() throws {
    let checked = try BallotCondition(records: ["0/0", "11/9223372036854775807"]).checked(for: .void)
    #expect(checked.places?.map(\.partition) == [0, 11] && checked.places?.map(\.offset) == [0, Int64.max])
    for text in ["", "/", "3", "12/1", "-1/1", "1/-1", "1/9223372036854775808", "1/2/3", " 1/2", "1/2 "] {
      #expect(pointers(.void, BallotCondition(records: ["1/1", text])) == ["#/ballots/records/1"])
    }
    #expect(pointers(.void, BallotCondition(records: [])) == ["#/ballots/records"])
    let most = Array(repeating: "1/1", count: BallotCondition.longestList)
    #expect(pointers(.void, BallotCondition(records: most)) == [])
    #expect(pointers(.void, BallotCondition(records: most + ["1/1"])) == ["#/ballots/records"])
  }

  @Test func originsAreLookedUpOnlyWhereTheyMatter() throws {
    #expect(try BallotCondition(quarantined: true).checked(for: .void).origins == nil)
    let both = try BallotCondition(acceptedUntil: "1970-01-01T00:00:02Z", origin: "abcd", maximumAccountDays: 3)
      .checked(for: .void)
    #expect(
      both.origins == OriginCondition(accepted: 0..<2_000, originPrefix: [0xab, 0xcd], maximumAccountDays: 3))
  }

  @Test func aForecastIsWhatTheCountWouldMakeOfIt() {
    func ballot(yes: Bool, quarantined: Bool = false) -> ListedBallot {
      ListedBallot(partition: 0, offset: 0, pseudonym: UUID(), isYes: yes, isQuarantined: quarantined)
    }
    let rule = VoteRule(yesBar: 10, referral: .atOnce, opensAt: now, closesAt: now.addingTimeInterval(9))
    let tally = Tally(yes: 12, no: 4, void: 1, quarantined: 3, version: 1, countedAt: nil, crossedAt: nil)
    let ballots = [ballot(yes: true), ballot(yes: true), ballot(yes: false), ballot(yes: true, quarantined: true)]
    let void = RulingForecast(.void, ballots, tally, rule)
    #expect(void.yes == 3 && void.no == 1 && void.quarantined == 1)
    #expect(
      void.before == RulingForecast.Standing(yes: 12, no: 4, void: 1, quarantined: 3, isCarried: true))
    #expect(
      void.after == RulingForecast.Standing(yes: 10, no: 3, void: 5, quarantined: 2, isCarried: false))
    let held = [ballot(yes: true, quarantined: true), ballot(yes: false, quarantined: true)]
    let release = RulingForecast(.release, held, tally, rule)
    #expect(
      release.after == RulingForecast.Standing(yes: 13, no: 5, void: 1, quarantined: 1, isCarried: true))
  }

  @Test func ofFewBallotsAForecastDoesNotTellHowTheyWent() throws {
    func view(_ count: Int64, totals: VoteRule.Totals = .running, state: VoteState = .open) -> RulingForecastView {
      let rule = VoteRule(
        yesBar: 1, referral: .atClose, opensAt: now, closesAt: now.addingTimeInterval(9), totals: totals)
      let vote = Vote(
        number: 1, proposal: ProposalID(), title: "", category: .jobs, reference: nil, state: state, rule: rule,
        ruleHash: [], openedAt: nil, closedAt: nil, carried: nil, endsAt: now, pausedAt: nil, changesOrdered: 0,
        changesMade: 0)
      let ballots = (0..<count).map {
        ListedBallot(partition: 0, offset: $0, pseudonym: UUID(), isYes: true, isQuarantined: false)
      }
      let tally = Tally(yes: 20, no: 0, void: 0, quarantined: 0, version: 1, countedAt: nil, crossedAt: nil)
      return RulingForecastView(RulingForecast(.void, ballots, tally, rule), of: vote)
    }
    let few = view(9)
    #expect(few.ballots == 9 && few.yes == nil && few.no == nil)
    #expect(few.before?.yes == nil && few.after?.no == nil && few.after?.void == 9 && few.after?.isCarried == true)
    let many = view(10)
    #expect(many.yes == 10 && many.no == 0 && many.before?.yes == 20 && many.after?.yes == 10)
    let hidden = view(10, totals: .hidden)
    #expect(hidden.ballots == 10 && hidden.yes == nil && hidden.before == nil && hidden.after == nil)
    #expect(view(10, totals: .hidden, state: .closed).yes == 10)
  }

  @Test func theLedgerSaysByWhatBallotsWereChosenAndNoMore() {
    let all = BallotCondition(
      acceptedFrom: "a", acceptedUntil: "b", origin: "c", maximumAccountDays: 1, records: ["1/1"], quarantined: true)
    #expect(all.criteria == RulingView.Criterion.allCases)
    #expect(BallotCondition().criteria.isEmpty)
  }
}
