import Contracts
import FoundationEssentials

@testable import Referral

extension Terms {
  /// Clocks of these periods, with reminders a week before, escalation ten days after, and as many days again to extend.
  init(periods: [LegalStep: LegalPeriod]) {
    self.init(
      clocks: Dictionary(
        uniqueKeysWithValues: periods.map { step, period in
          (
            step,
            LegalClock(
              step: step, days: period.days, unit: period.unit, reminderDays: 7, escalationDays: 10,
              escalatesTo: [.supportUnit], extensionDays: period.days, holidays: period.holidays)
          )
        }))
  }
}

extension Case {
  /// By the rules of the walk; nil also when those are missing.
  func resumed(by event: VoteBarCrossed, at now: Date) -> Change? {
    (try? resumed(by: event, within: CaseWalk.terms, at: now)) ?? nil
  }
}
