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
