/// The rules for text that people write and others read.
public enum PlainText {
  /// Trims white space at both ends and checks the rest; what is wrong is added to `errors`.
  ///
  /// Lengths are in characters as a reader sees them. Refused are control characters, and the characters that turn the
  /// direction of writing around, since they let a text look different from what it says (Unicode TR 36).
  /// - Parameters:
  ///   - lines: whether line breaks and tabs are allowed.
  ///   - pointer: JSON pointer of the field.
  public static func check(
    _ text: String, _ length: ClosedRange<Int>, lines: Bool, at pointer: String, _ errors: inout [Problem.FieldError]
  ) -> String {
    let trimmed = text.trimmed
    // A character may carry marks without end: bound the scalars too, before counting characters.
    guard trimmed.unicodeScalars.count <= length.upperBound * 8, trimmed.count <= length.upperBound else {
      errors.append(Problem.FieldError(pointer, "must have at most \(length.upperBound) characters"))
      return trimmed
    }
    if trimmed.count < length.lowerBound {
      errors.append(
        Problem.FieldError(
          pointer, length.lowerBound == 1 ? "must not be empty" : "must have at least \(length.lowerBound) characters"))
    }
    let isClean = trimmed.unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0x09, 0x0a, 0x0d: lines
      case ..<0x20, 0x7f..<0xa0: false
      case 0x202a...0x202e, 0x2066...0x2069, 0x200e, 0x200f, 0x061c: false
      case 0xfffe, 0xffff, 0x2028, 0x2029: false
      default: true
      }
    }
    if !isClean { errors.append(Problem.FieldError(pointer, "holds characters that are not allowed")) }
    return trimmed
  }
}

extension String {
  fileprivate var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    return String(rest)
  }
}
