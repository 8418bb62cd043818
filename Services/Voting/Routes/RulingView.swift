import Contracts
import FoundationEssentials
import ServiceKit

/// What a ruling would do, as the API shows it: without numbers that the vote's rule hides, or that would tell how a single
/// voter voted.
struct RulingForecastView: Encodable, Sendable {
  /// Of fewer ballots it is not told how they went: who asked for one voter's place in the log would learn it.
  static let leastTold: Int64 = 10

  struct Standing: Encodable, Sendable {
    let yes: Int64?
    let no: Int64?
    let void: Int64
    let quarantined: Int64
    let isCarried: Bool

    init(_ standing: RulingForecast.Standing, tellsChoices: Bool) {
      yes = tellsChoices ? standing.yes : nil
      no = tellsChoices ? standing.no : nil
      void = standing.void
      quarantined = standing.quarantined
      isCarried = standing.isCarried
    }
  }

  let ballots: Int64
  let yes: Int64?
  let no: Int64?
  let quarantined: Int64
  let before: Standing?
  let after: Standing?

  init(_ forecast: RulingForecast, of vote: Vote) {
    ballots = forecast.yes + forecast.no
    let tellsChoices = !vote.hidesTotals && ballots >= Self.leastTold
    yes = tellsChoices ? forecast.yes : nil
    no = tellsChoices ? forecast.no : nil
    quarantined = forecast.quarantined
    before = vote.hidesTotals ? nil : Standing(forecast.before, tellsChoices: tellsChoices)
    after = vote.hidesTotals ? nil : Standing(forecast.after, tellsChoices: tellsChoices)
  }
}

/// A ruling as the API shows it.
struct RulingView: Encodable, Sendable {
  /// By what ballots were chosen.
  enum Criterion: String, Encodable, Sendable, CaseIterable {
    case window, origin, accountAge = "account-age", list, quarantine
  }

  let ruling: RulingID
  let kind: RulingKind
  let code: RulingCode
  let reason: String
  let state: RulingState
  /// Listed when it was proposed.
  let ballots: Int64
  /// Those that the count changed; listed ones may have been ruled over before. Absent until then, and while the rule
  /// hides totals.
  let yes: Int64?
  let no: Int64?
  let criteria: [Criterion]
  let acceptedFrom: String?
  let acceptedUntil: String?
  let proposedBy: CitizenID
  let proposedAt: Date
  let decidedBy: CitizenID?
  let decidedAt: Date?
  let completedAt: Date?
  /// For the Support Unit: which ballots were asked for, and why the ruling was refused.
  let condition: BallotCondition?
  let refusal: String?
  /// With a ruling that was just proposed.
  let forecast: RulingForecastView?

  init(_ ruling: Ruling, of vote: Vote, forStaff: Bool, _ forecast: RulingForecast? = nil) {
    self.ruling = ruling.id
    kind = ruling.kind
    code = ruling.code
    reason = ruling.reason
    state = ruling.state
    ballots = ruling.listedYes + ruling.listedNo
    yes = vote.hidesTotals ? nil : ruling.yes
    no = vote.hidesTotals ? nil : ruling.no
    criteria = ruling.condition.criteria
    acceptedFrom = ruling.condition.acceptedFrom
    acceptedUntil = ruling.condition.acceptedUntil
    proposedBy = ruling.proposedBy
    proposedAt = ruling.proposedAt
    decidedBy = ruling.decidedBy
    decidedAt = ruling.decidedAt
    completedAt = ruling.completedAt
    condition = forStaff ? ruling.condition.shown : nil
    refusal = forStaff ? ruling.refusal : nil
    self.forecast = forecast.map { RulingForecastView($0, of: vote) }
  }
}

extension BallotCondition {
  /// Without what was forgotten.
  var shown: BallotCondition {
    var shown = self
    if origin == "" { shown.origin = nil }
    return shown
  }

  /// What of it is public: no hash of an address, and nobody's place in the log.
  var criteria: [RulingView.Criterion] {
    var criteria: [RulingView.Criterion] = []
    if acceptedFrom != nil || acceptedUntil != nil { criteria.append(.window) }
    if origin != nil { criteria.append(.origin) }
    if maximumAccountDays != nil { criteria.append(.accountAge) }
    if records != nil { criteria.append(.list) }
    if quarantined != nil { criteria.append(.quarantine) }
    return criteria
  }
}
