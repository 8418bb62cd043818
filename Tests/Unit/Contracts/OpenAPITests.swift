import Contracts
import FoundationEssentials
import HTTPServer
import Testing

@testable import Intake
@testable import Moderation
@testable import Notification
@testable import Portal
@testable import Referral
@testable import ServiceKit
@testable import Voting

/// `deploy/contracts/openapi.yaml` and the code say the same, in both directions. That the running system answers as the
/// document says is for Tests/EndToEnd/test_openapi.py.
@Suite struct OpenAPITests {
  private let document: Outline

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "deploy/contracts/openapi.yaml")
    document = Outline(yaml: String(decoding: try Data(contentsOf: file), as: UTF8.self))
  }

  private struct Operation {
    let method: String
    let path: String
    let content: Outline
    /// Parameters of the path and of the operation.
    let parameters: String

    var service: String { content["tags"]?.words.first ?? "" }
    var codes: Set<String> { Set(content["responses"]?.members.map(\.name) ?? []) }

    /// The roles of which one is needed; nil for everyone.
    var roles: Set<String>? {
      let requirements = (content["security"]?.text ?? "").split(separator: "}").filter { $0.contains("{") }
      let roles = requirements.compactMap { requirement in
        requirement.split(separator: "[").last?.split(separator: "]").first.map(String.init)
      }
      return requirements.contains { !$0.contains("token") } ? nil : Set(roles)
    }
  }

  private var operations: [Operation] {
    (document["paths"]?.members ?? []).flatMap { path, item in
      item.members.filter { $0.name != "parameters" }.map { method, content in
        Operation(
          method: method.uppercased(), path: path, content: content,
          parameters: (item["parameters"]?.wholeText ?? "") + (content["parameters"]?.wholeText ?? ""))
      }
    }
  }

  @Test func everyRouteIsInTheDocumentForTheSamePeopleAndNoOtherIs() async throws {
    var inTheCode: Set<String> = []
    for (service, routes) in ServiceRoutes.all {
      for route in try await routes() {
        let people: Set<String>? =
          if case .roles(let roles) = route.access { Set(roles.map(\.rawValue)) } else { nil }
        inTheCode.insert("\(service): \(route.method.rawValue) \(route.pattern) for \(Self.text(people))")
      }
    }
    let written = Set(operations.map { "\($0.service): \($0.method) \($0.path) for \(Self.text($0.roles))" })
    #expect(inTheCode.subtracting(written).sorted() == [], "in the code, and not so in the document")
    #expect(written.subtracting(inTheCode).sorted() == [], "in the document, and not so in the code")
    #expect(written.count == operations.count && written.count > 40)
  }

  private static func text(_ roles: Set<String>?) -> String { roles?.sorted().joined(separator: ", ") ?? "everyone" }

  @Test func pathsStandByServiceAndThenByName() {
    let services = ServiceRoutes.all.map(\.service)
    let places = operations.map { (services.firstIndex(of: $0.service) ?? -1, $0.path) }
    for (one, next) in zip(places, places.dropFirst()) where one > next {
      Issue.record("\(next.1) stands behind \(one.1)")
    }
  }

  @Test func anOperationHasTheRefusalsThatComeWithWhatItTakes() {
    for operation in operations {
      var needed: Set<String> = ["401", "503"]
      if operation.roles != nil { needed.insert("403") }
      if operation.path.contains("{") { needed.insert("404") }
      if operation.content["requestBody"] != nil { needed.formUnion(["400", "413", "415", "422"]) }
      if operation.parameters.contains("/IdempotencyKey'") { needed.formUnion(["400", "422"]) }
      if operation.parameters.contains("/IfMatch'") { needed.formUnion(["412", "428"]) }
      if operation.parameters.contains("/OptionalIfMatch'") { needed.insert("412") }
      if operation.parameters.contains("/Limit'") { needed.insert("400") }
      let missing = needed.subtracting(operation.codes).sorted()
      #expect(missing.isEmpty, "\(operation.method) \(operation.path) lacks \(missing)")
      #expect(operation.codes.filter { $0.hasPrefix("2") }.count == 1, "\(operation.method) \(operation.path)")
    }
  }

  @Test func everyListOfWordsIsThatOfTheCode() throws {
    func words<Word: CaseIterable & RawRepresentable<String>>(_: Word.Type) -> [String] {
      Word.allCases.map(\.rawValue)
    }
    let lists: [String: [String]] = [
      "ActionWord": words(Deed.self),
      "AppealGround": words(AppealGround.self),
      "AppealOutcome": words(AppealOutcome.self),
      "Audience": words(Audience.self),
      "AttachmentType": words(Intake.Attachment.Kind.self),
      "BallotState": words(BallotState.self),
      "CaseOrigin": words(CaseOrigin.self),
      "CaseState": words(CaseState.self),
      "Category": words(Category.self),
      "Choice": words(Choice.self),
      "CommitteeDecision": words(CommitteeDecision.self),
      "DeliveryState": words(DeliveryView.State.self),
      "DisabledReason": words(DisabledReason.self),
      "Electorate": words(VoteRule.Electorate.self),
      "EventKind": words(Occurrence.Kind.self),
      "EventType": [Subscription.everything] + Occasion.deliveredTypes,
      "FilingChannel": words(FilingChannel.self),
      "FlagReason": words(FlagReason.self),
      "FollowKind": words(FollowTarget.Kind.self),
      "Frequency": words(Frequency.self),
      "HoldStep": words(Portal.Hold.Step.self),
      "IndicatorName": words(Indicator.self),
      "HidingCode": words(OpinionHidingCode.self),
      "HolderName": [.supportUnit, .committee, .strategyMeeting].map(\Holder.name) + Ministry.all.map(\.slug),
      "InboxSelection": words(Notification.Inbox.Selection.self),
      "LapseReason": words(LapseReason.self),
      "LegalStep": words(LegalStep.self),
      "LetterLanguage": words(Notification.Language.self),
      "MeetingOutcome": words(MeetingOutcome.self),
      "MemberCapacity": words(MemberCapacity.self),
      "MilestoneStatus": words(MilestoneStatus.self),
      "MinistrySlug": Ministry.all.map(\.slug),
      "OpenHolder": Portal.Hold.holders,
      "OpinionSide": words(Opinion.Side.self),
      "PeriodUnit": words(LegalPeriod.Unit.self),
      "ProposalOrder": words(ProposalOrder.self),
      "RatingSubject": words(RatingSubject.self),
      "ReferralTime": words(VoteRule.Referral.self),
      "RejectionCode": words(RejectionCode.self),
      "ReviewAttention": words(ReviewAttention.self),
      "ReviewMark": words(ReviewMark.self),
      "ReviewState": words(ReviewState.self),
      "RulingCode": words(RulingCode.self),
      "RulingCriterion": words(RulingView.Criterion.self),
      "RulingKind": words(RulingKind.self),
      "RulingState": words(RulingState.self),
      "Shortfall": words(VoteRule.Shortfall.self),
      "SuspensionReason": words(SuspensionReason.self),
      "TaskState": words(TaskState.self),
      "VoteChangeKind": words(VoteChange.Kind.self),
      "VotePhase": Dataset.votePhases,
      "VoteState": words(VoteState.self),
      "VoteTotals": words(VoteRule.Totals.self),
      "VoteTrendAlarm": words(VoteTrendAlarm.Kind.self),
      "WebhookState": words(WebhookView.State.self),
      "WithdrawalReason": words(WithdrawalReason.self),
    ]
    // What a reader may hold against a proposal and against an opinion has the same words.
    #expect(words(FlagReason.self) == words(Opinion.FlagReason.self))
    let schemas = try #require(document["components", "schemas"])
    let written = schemas.members.filter { $0.value["enum"] != nil }
    #expect(Set(written.map(\.name)) == Set(lists.keys))
    for (name, schema) in written { #expect(schema["enum"]?.words == lists[name], "\(name)") }
  }

  @Test func everyDatasetHasTheColumnsThatItIsDescribedWith() throws {
    let types: [Column.Kind: String] = [
      .text: "type: string", .word: "type: string", .id: "format: uuid", .integer: "type: integer",
      .decimal: "type: number", .time: "format: date-time", .boolean: "type: boolean",
    ]
    let schemas = [
      "cases": "OpenCase", "events": "OpenEvent", "holds": "OpenHold", "tallies": "OpenTally", "tasks": "OpenTask",
      "votes": "OpenVote", "actions": "OpenAction",
    ]
    for dataset in Dataset.ofThePortal + [.actions] {
      let name = try #require(schemas[dataset.name])
      let members = try #require(document["components", "schemas", name, "properties"]?.members)
      #expect(members.map(\.name) == dataset.columns.map(\.name), "\(name)")
      for (member, column) in zip(members, dataset.columns) {
        #expect(member.value.text.contains(try #require(types[column.kind])), "\(name) \(column.name)")
        let english = column.english.replacing("'", with: "''")
        #expect(member.value.text.contains("description: '\(english)'"), "\(name) \(column.name)")
      }
      let operation = try #require(operations.first { $0.path == "/v1/open-data/\(dataset.name)" })
      for filter in dataset.filters { #expect(operation.parameters.contains("name: \(filter.name)"), "\(filter.name)") }
    }
  }

  @Test func everyLimitOfATextIsThatOfTheCode() throws {
    let limits: [(schema: String, member: [String], characters: Int)] = [
      ("ProposalRequest", ["title"], Submission.titleLimit),
      ("ProposalRequest", ["summary"], Submission.summaryLimit),
      ("ProposalRequest", ["body"], Submission.bodyLimit),
      ("ProposalRequest", ["reference"], Submission.referenceLimit),
      ("OfflineProposalRequest", ["person", "name"], OfflineDraft.nameLimit),
      ("OfflineProposalRequest", ["person", "contact"], OfflineDraft.contactLimit),
      ("RejectionRequest", ["explanation"], RejectionDraft.explanationLimit),
      ("ReturnRequest", ["note"], ReturnDraft.noteLimit),
      ("MergerRequest", ["reason"], MergerDraft.reasonLimit),
      ("SelectionRequest", ["reason"], SelectionDraft.reasonLimit),
      ("AppealRequest", ["statement"], AppealDraft.statementLimit),
      ("AppealDecisionRequest", ["explanation"], RejectionDraft.explanationLimit),
      ("OpinionRequest", ["text"], Opinion.textLimit),
      ("AnswerRequest", ["text"], Opinion.textLimit),
      ("HidingRequest", ["explanation"], Hiding.explanationLimit),
      ("RestorationRequest", ["reason"], Hiding.explanationLimit),
      ("DismissalRequest", ["reason"], DismissalDraft.reasonLimit),
      ("ReasonRequest", ["reason"], Votes.ReasonDraft.limit),
      ("ExtensionRequest", ["reason"], Votes.ReasonDraft.limit),
      ("ResultOpinionRequest", ["text"], ResultOpinion.textLimit),
      ("RatingRequest", ["reason"], RatingDraft.reasonLimit),
      ("CaseExtensionRequest", ["reason"], TextLimit.reason),
      ("HolidayRequest", ["korean"], Periods.Names.limit),
      ("HolidayRequest", ["english"], Periods.Names.limit),
      ("RulingRequest", ["reason"], RulingDraft.reasonLimit),
      ("RulingRefusal", ["reason"], RulingDraft.reasonLimit),
    ]
    let schemas = try #require(document["components", "schemas"])
    for (schema, path, characters) in limits + Self.caseLimits {
      let member = schemas[schema].flatMap { Self.member(path, of: $0) }
      #expect(member?.number("x-maxCharacters") == characters, "\(schema) \(path)")
      #expect(member?.number("maxLength") == characters * PlainText.scalarsPerCharacter, "\(schema) \(path)")
    }
    #expect(
      schemas.wholeText.components(of: "x-maxCharacters: ") == limits.count + Self.caseLimits.count,
      "each is checked here")
    for member in ["title", "summary", "body", "category", "reference"] {
      #expect(schemas["DraftRequest", "properties", member]?.number("maxLength") == Draft.sizeLimit)
    }
    #expect(schemas["FollowList", "properties", "items"]?.number("maxItems") == Follows.limit)
    let places = schemas["BallotCondition", "properties", "records"]
    #expect(places?.number("maxItems") == BallotCondition.longestList)
    #expect(schemas["DraftList", "properties", "items"]?.number("maxItems") == Draft.limit)
    for (schema, member, items) in Self.caseLists {
      #expect(schemas[schema, "properties", member]?.number("maxItems") == items, "\(schema) \(member)")
    }
    for (schema, path) in Self.caseAddresses {
      let member = schemas[schema].flatMap { Self.member(path, of: $0) }
      #expect(member?.number("maxLength") == TextLimit.address, "\(schema) \(path)")
    }
    let bar = schemas["SelectionRequest", "properties", "rule", "properties", "yesBar"]
    #expect(bar?.number("maximum").map(Int64.init) == RuleDraft.highestBar)
  }

  /// A member of a schema by its names; `[]` stands for the items of a list.
  private static func member(_ path: some Sequence<String>, of schema: Outline) -> Outline? {
    path.reduce(schema) { node, name in name == "[]" ? node?["items"] : node?["properties"]?[name] }
  }
}

extension String {
  /// How often `part` stands in it.
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
