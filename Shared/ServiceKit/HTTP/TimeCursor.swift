public import Contracts
import Crypto
public import FoundationEssentials

/// The place after an item in a list that is ordered by a time and, where times are equal, by an id; opaque to clients.
public struct TimeCursor<Kind>: Sendable, Equatable {
  /// The time that the list is ordered by.
  public let time: Date
  /// The item's identifier, which decides between equal times.
  public let id: Identifier<Kind>

  /// The place after the item of this time and identifier.
  public init(_ time: Date, _ id: Identifier<Kind>) {
    self.time = time
    self.id = id
  }

  /// - Throws: `Problem` 400 for anything but the `text` of a cursor.
  public init(_ text: String) throws(Problem) {
    let parts = Base64URL.decode(text).map { String(decoding: $0, as: UTF8.self).split(separator: " ") } ?? []
    guard parts.count == 2, let time = Int64(parts[0]), let id = Identifier<Kind>(String(parts[1])),
      (0...4_102_444_800_000).contains(time)
    else { throw .badRequest("after must be the value of next of an earlier page.") }
    self.init(Date(milliseconds: time), id)
  }

  /// What a client gets as `next`, and puts into `after`.
  public var text: String { Base64URL.encode(Array("\(time.milliseconds) \(id)".utf8)) }
}
