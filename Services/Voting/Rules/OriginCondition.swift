/// Which ballots are meant, by where and when they came and how old the account was: all that is said must hold.
struct OriginCondition: Sendable, Equatable {
  /// Milliseconds since 1970; nil: whenever.
  var accepted: Range<Int64>?
  /// The beginning of the origin hash, 1 to 16 bytes (4: a site, 8: a block, 16: a line); nil: from anywhere, and from
  /// who knows where. No bytes, or more than a hash has, mean no ballot at all.
  var originPrefix: [UInt8]?
  /// Days that the account had existed at most; one of unknown age is never meant. Nil: of any age.
  var maximumAccountDays: Int?

  /// The condition in a form that is quick to hold against many.
  var test: Test { Test(self) }

  struct Test: Sendable {
    private let accepted: Range<Int64>?
    /// Nil: from anywhere.
    private let origin: (prefix: UInt128, shift: UInt128)?
    private let isImpossible: Bool
    private let maximumAccountDays: Int?

    fileprivate init(_ condition: OriginCondition) {
      accepted = condition.accepted
      maximumAccountDays = condition.maximumAccountDays
      guard let bytes = condition.originPrefix else {
        (origin, isImpossible) = (nil, false)
        return
      }
      isImpossible = !(1...OriginHash.byteCount).contains(bytes.count)
      let prefix = bytes.prefix(OriginHash.byteCount).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
      origin = (prefix, UInt128(max(0, 128 - 8 * bytes.count)))
    }

    func holds(for entry: OriginEntry) -> Bool {
      if isImpossible { return false }
      if let accepted, !accepted.contains(entry.acceptedAt) { return false }
      if let origin, entry.origin == .unknown || entry.origin.value >> origin.shift != origin.prefix { return false }
      if let maximumAccountDays {
        guard let days = entry.accountDays, days <= maximumAccountDays else { return false }
      }
      return true
    }
  }
}
