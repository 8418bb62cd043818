import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// How the Support Unit hides what people write about results, by two persons, and makes it readable again. Each act is an
/// event of the case.
struct Hidings<Text: StoredCaseText, View: Encodable & Sendable>: Sendable {
  let database: Database
  let clock: WallClock
  /// Where the texts are, such as `/v1/ratings`.
  let place: String
  /// A text as the caller of the Support Unit sees it.
  let view: @Sendable (Text, CitizenID) -> View

  /// Proposing, agreeing, refusing, restoring, and what waits for a second person.
  var routes: [Route] {
    [
      .get("\(place)/hidings", for: .supportUnit, proposed),
      .post("\(place)/{id}/hiding", for: .supportUnit, propose),
      .post("\(place)/{id}/hiding/confirmation", for: .supportUnit, confirm),
      .post("\(place)/{id}/hiding/refusal", for: .supportUnit, refuse),
      .post("\(place)/{id}/restoration", for: .supportUnit, restore),
    ]
  }

  /// `POST …/{id}/hiding`: a member of the Support Unit proposes to hide a text; it waits for a second person.
  func propose(_ request: Request, _ draft: HidingDraft) async throws -> Response {
    try await moderate(request) { text, staff, now throws(Problem) in
      try text.hidingProposed(draft, by: staff, at: now)
    }
  }

  /// `POST …/{id}/hiding/confirmation`: the second person agrees, and the text is hidden.
  func confirm(_ request: Request) async throws -> Response {
    try await moderate(request) { text, staff, now throws(Problem) in try text.hidingConfirmed(by: staff, at: now) }
  }

  /// `POST …/{id}/hiding/refusal`: the second person does not agree.
  func refuse(_ request: Request) async throws -> Response {
    try await moderate(request) { text, staff, _ throws(Problem) in try text.hidingRefused(by: staff) }
  }

  /// `POST …/{id}/restoration`: a hidden text can be read again.
  func restore(_ request: Request, _ draft: RestorationDraft) async throws -> Response {
    try await moderate(request) { text, _, _ throws(Problem) in try text.restored(draft) }
  }

  /// The text and its event change together, under the lock of the text's row: of two who act at once one does.
  private func moderate(
    _ request: Request, _ act: (inout Text, CitizenID, Date) throws(Problem) -> TextModeration
  ) async throws -> Response {
    let id: Identifier<Text.Kind> = try request.id()
    let caller = try request.authenticated()
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: clock.now) {
        var text: Text = try await transaction.locked(id)
        let known = try await transaction.lockedCase(text.caseID)
        // Whoever waited for the case acts after the one who had it.
        let now = clock.now
        let done = try act(&text, caller.citizen, now)
        try await transaction.update(text)
        let event = known.moderated(text, done, by: caller.citizen, as: caller.staffRole, at: now)
        if done.hasEffect {
          var change = Change(known)
          change.tell(event)
          try await transaction.publish(change, at: now)
        } else {
          // Neither in the timeline, which everybody reads, nor to the ministry.
          try await transaction.publish(event, at: now)
        }
        return try .json(view(text, caller.citizen))
      }
    }
  }

  /// `GET …/hidings`: the hundred whose hiding has waited longest for a second person.
  func proposed(_ request: Request) async throws -> Response {
    let staff = try request.authenticated().citizen
    let waiting: [Text] = try await database.transaction { try await $0.withProposedHiding(100) }
    return try .json(Page(waiting, limit: 100) { "\($0.id)" }.map { view($0, staff) })
  }
}
