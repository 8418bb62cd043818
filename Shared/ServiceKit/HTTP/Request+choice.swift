extension Request {
  /// One of a few words in the query string; nil when absent.
  /// - Throws: `Problem` 400 for another word.
  public func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws(Problem) -> Choice?
  where Choice.RawValue == String {
    guard let text = query(name) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw .badRequest("\(name) must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    return choice
  }
}

extension [Problem.FieldError] {
  /// One of the words that a field may hold; nil, and an error that names them all, for another.
  public mutating func choice<Choice: RawRepresentable & CaseIterable>(_ text: String, at pointer: String) -> Choice?
  where Choice.RawValue == String {
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    append(Problem.FieldError(pointer, "must be one of \(known)"))
    return nil
  }
}
