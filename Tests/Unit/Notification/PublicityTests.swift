import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Notification

@Suite struct PublicityTests {
  private func lapsed(_ reason: LapseReason) -> Occasion {
    .proposal(.lapsed(ProposalLapsed(proposal: Samples.proposal, reason: reason, lapsedAt: Samples.time)))
  }

  @Test func aTextThatFewHaveSeenIsNotMadeKnown() {
    #expect(Occasion.proposal(.supportersSought(Samples.sought)).publicity == .nobody)
    #expect(lapsed(.noSupporters).publicity == .nobody)
    #expect(lapsed(.notRevised).publicity == .everybody)
    for occasion in Samples.occasions {
      if case .proposal(.withdrawn) = occasion { #expect(occasion.publicity == .whoKnowsTheProposal) }
      if case .vote(.trendAlarm) = occasion { #expect(occasion.publicity == .nobody) }
    }
  }

  @Test func noWebhookAsksForWhatIsNeverDelivered() {
    for type in [SupportersSought.type, VoteTrendAlarm.type] {
      var errors: [Problem.FieldError] = []
      _ = Subscription.checked([type], &errors)
      #expect(errors.count == 1 && !Occasion.deliveredTypes.contains(type) && Occasion.types.contains(type))
    }
    #expect(Occasion.deliveredTypes.count == Occasion.types.count - 2)
  }

  @Test func whatIsDoneToWhatOthersSayIsNoOccasion() {
    for type in [OpinionModerated.type, CaseTextModerated.type] { #expect(!Occasion.types.contains(type)) }
  }

  @Test(arguments: RejectionCode.allCases) func aRejectionHidesTheTitleIfItHidesTheText(code: RejectionCode) {
    #expect(Samples.rejected(code).hidesText == code.hidesText)
  }

  @Test func onlyAnAppealThatIsGrantedBringsTheTitleBack() {
    #expect(Samples.appealDecided(.overturned).hidesText == false)
    #expect(Samples.appealDecided(.upheld).hidesText == nil)
    #expect(Occasion.proposal(.submitted(Samples.submitted)).hidesText == nil)
    #expect(Set(Language.allCases.map(HiddenTitle.words)).count == 2)
  }
}

@Suite struct FailingReceiverTests {
  private let now = Samples.time

  @Test(arguments: [(0, 100.0), (1, 3_600), (2, 3_600), (4, 0), (40, 29)])
  func aReceiverThatIsRestartedIsNotAFailingOne(failures: Int, seconds: Double) {
    #expect(!FailingReceiver.isFailing(failures: failures, since: now.addingTimeInterval(-seconds), at: now))
  }

  @Test func oneThatFailsAgainAndAgainIs() {
    #expect(FailingReceiver.isFailing(failures: 3, since: now.addingTimeInterval(-30), at: now))
    #expect(!FailingReceiver.isFailing(failures: 3, since: nil, at: now))
  }
}

@Suite struct StoredAnswerTests {
  @Test func answersAreForgottenAlsoWithoutAnOutbox() {
    #expect(NotificationService.forgetsAnswers && !NotificationService.relaysOutbox)
  }
}
