/// Header fields in the order in which they came or will be sent; names are compared without regard to case
/// (RFC 9110, section 5.1).
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral, Sequence {
  /// One field.
  public typealias Element = (name: String, value: String)

  private var fields: [Element]

  /// No fields.
  public init() { fields = [] }

  /// The fields in the order of the literal; a name may stand there more than once.
  public init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { (name: $0.0, value: $0.1) }
  }

  /// The number of fields.
  public var count: Int { fields.count }

  /// The value of the first field called `name`. Setting replaces all fields of that name; `nil` removes them.
  public subscript(name: String) -> String? {
    get {
      for field in fields where sameName(field.name, name) { return field.value }
      return nil
    }
    set {
      fields.removeAll { sameName($0.name, name) }
      if let newValue { fields.append((name, newValue)) }
    }
  }

  /// The values of all fields called `name`, in order.
  public func all(_ name: String) -> [String] {
    fields.compactMap { sameName($0.name, name) ? $0.value : nil }
  }

  /// Adds a field behind those that are there, also when the name is there already (`Set-Cookie`).
  public mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

  /// The fields in order.
  public func makeIterator() -> IndexingIterator<[Element]> { fields.makeIterator() }

  mutating func reserve(_ capacity: Int) { fields.reserveCapacity(capacity) }
}

/// Whether two field names are equal but for the case of ASCII letters.
func sameName(_ left: String, _ right: String) -> Bool {
  let (left, right) = (left.utf8, right.utf8)
  guard left.count == right.count else { return false }
  let same = left.withContiguousStorageIfAvailable { left in
    right.withContiguousStorageIfAvailable { right in
      for index in left.indices where lowercase(left[index]) != lowercase(right[index]) { return false }
      return true
    }
  }
  // Strings that lie somewhere else (bridged ones) are compared byte by byte.
  return (same ?? nil) ?? zip(left, right).allSatisfy { lowercase($0) == lowercase($1) }
}

private func lowercase(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
