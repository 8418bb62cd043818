import Contracts
import ServiceKit

/// What identifies a webhook; never instantiated.
enum WebhookKind {}
/// A receiver that somebody registered.
typealias WebhookID = Identifier<WebhookKind>

/// Which events a webhook gets.
enum Subscription {
  static let everything = "*"

  /// Checks the list of a registration.
  /// - Returns: each word once, sorted; `*` alone where it is among them.
  static func checked(_ events: [String], _ errors: inout [Problem.FieldError]) -> [String] {
    if events.isEmpty { errors.append(Problem.FieldError("#/events", "must not be empty")) }
    let types = Occasion.deliveredTypes
    for (index, event) in events.enumerated() where event != everything && !types.contains(event) {
      errors.append(
        Problem.FieldError("#/events/\(index)", "must be * or one of \(types.joined(separator: ", "))"))
      break
    }
    return events.contains(everything) ? [everything] : Set(events).sorted()
  }

  /// The words of which a webhook must have one to get events of `type`.
  static func words(for type: String) -> [String] { [type, everything] }
}
