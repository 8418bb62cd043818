import Contracts
import Crypto
import FoundationEssentials
import ServiceKit

/// Which ballots a ruling is to be over, as it came: all that is said must hold.
struct BallotCondition: Codable, Sendable, Equatable {
  static let longestList = 10_000
  /// Bytes of a request with the longest list of places far in the log, and room for the rest of it.
  static let sizeLimit = 256 << 10

  /// The first and, exclusive, the last time at which they were accepted.
  var acceptedFrom: String?
  var acceptedUntil: String?
  /// The beginning of the origin hash, as the trends of a vote name it: 2 to 32 hexadecimal digits.
  var origin: String?
  /// Days that the account had existed at most when the ballot was cast.
  var maximumAccountDays: Int?
  /// Places in the log, such as `3/17` for partition 3, offset 17.
  var records: [String]?
  /// Whether they are in quarantine.
  var quarantined: Bool?

  /// - Throws: `Problem` 422 with an error for each field.
  func checked(for kind: RulingKind) throws(Problem) -> Checked {
    var errors: [Problem.FieldError] = []
    func refuse(_ field: String, _ detail: String) { errors.append(.init("#/ballots/\(field)", detail)) }
    let window = window(refuse)
    var prefix: [UInt8]?
    if let origin {
      prefix = Hex.decode(origin)
      if !(1...OriginHash.byteCount).contains(prefix?.count ?? 0) {
        refuse("origin", "must be an even number of hexadecimal digits, 2 to \(2 * OriginHash.byteCount)")
      }
    }
    if let maximumAccountDays, !(0...36_500).contains(maximumAccountDays) {
      refuse("maximumAccountDays", "must be from 0 to 36500")
    }
    let places = places(refuse)
    if kind == .release && quarantined == false { refuse("quarantined", "cannot be false: only these are released") }
    if self == BallotCondition() { errors.append(.init("#/ballots", "must say which ballots are meant")) }
    guard errors.isEmpty else { throw .invalid(errors) }
    return Checked(
      accepted: window, originPrefix: prefix, maximumAccountDays: maximumAccountDays, places: places,
      isQuarantined: kind == .release ? true : quarantined)
  }

  /// A condition that makes sense.
  struct Checked: Sendable, Equatable {
    /// Milliseconds since 1970.
    let accepted: Range<Int64>?
    let originPrefix: [UInt8]?
    let maximumAccountDays: Int?
    let places: [Place]?
    let isQuarantined: Bool?

    /// What must be looked up where ballots come from; nil: nothing.
    var origins: OriginCondition? {
      if originPrefix == nil && maximumAccountDays == nil { return nil }
      return OriginCondition(accepted: accepted, originPrefix: originPrefix, maximumAccountDays: maximumAccountDays)
    }
  }

  /// A record in the ballots' log.
  struct Place: Sendable, Equatable {
    let partition: Int16
    let offset: Int64

    init?(_ text: String) {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let partition = Int16(parts[0]), let offset = Int64(parts[1]), offset >= 0,
        (0..<Int16(Topics.ballots.partitions)).contains(partition)
      else { return nil }
      self.partition = partition
      self.offset = offset
    }
  }

  private func window(_ refuse: (String, String) -> Void) -> Range<Int64>? {
    func time(_ text: String?, _ field: String, _ absent: Int64) -> Int64? {
      guard let text else { return absent }
      let time = JSON.date(text)?.milliseconds
      if time == nil { refuse(field, "must be a time as in RFC 3339") }
      return time
    }
    guard acceptedFrom != nil || acceptedUntil != nil,
      let from = time(acceptedFrom, "acceptedFrom", 0), let until = time(acceptedUntil, "acceptedUntil", Int64.max)
    else { return nil }
    guard from < until else {
      refuse("acceptedUntil", "must be later than acceptedFrom")
      return nil
    }
    return from..<until
  }

  private func places(_ refuse: (String, String) -> Void) -> [Place]? {
    guard let records else { return nil }
    guard (1...Self.longestList).contains(records.count) else {
      refuse("records", "must have 1 to \(Self.longestList) places")
      return nil
    }
    let places = records.map(Place.init)
    for (index, place) in places.enumerated() where place == nil {
      refuse("records/\(index)", "must be a partition and an offset, such as 3/17")
    }
    return places.compactMap(\.self)
  }
}
