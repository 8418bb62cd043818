@_spi(_Unicode) import Swift

/// The rules for text that people write and others read.
public enum PlainText {
  /// Unicode scalars that may stand for one character, over the whole of a text.
  public static let scalarsPerCharacter = 8

  /// Trims white space at both ends, composes characters (Unicode's NFC: what looks the same is the same) and checks the
  /// rest; what is wrong is added to `errors`.
  ///
  /// Lengths are in characters as a reader sees them. Refused are control characters, characters that turn the
  /// direction of writing around, and those that cannot be seen, since they let a text look different from what it says
  /// (Unicode TR 36).
  /// - Parameters:
  ///   - lines: whether line breaks and tabs are allowed.
  ///   - pointer: JSON pointer of the field.
  public static func check(
    _ text: String, _ length: ClosedRange<Int>, lines: Bool, at pointer: String, _ errors: inout [Problem.FieldError]
  ) -> String {
    func refuse(_ detail: String) { errors.append(Problem.FieldError(pointer, detail)) }
    func refuseLength() { refuse("must have at most \(length.upperBound) characters") }
    func refuseCharacters() { refuse("holds characters that are not allowed") }
    // A character may carry marks without end, and white space may come without end: bound the scalars too, before anything
    // is trimmed or counted.
    guard text.unicodeScalars.count <= length.upperBound * scalarsPerCharacter else {
      refuseLength()
      return text
    }
    var trimmed = text.trimmed
    guard trimmed.count <= length.upperBound else {
      refuseLength()
      return trimmed
    }
    // Composing sorts the marks of a character: text that is safe for streams (UAX 15, section 13) has 30 at most.
    guard !trimmed.hasEndlessMarks else {
      refuseCharacters()
      return trimmed
    }
    trimmed = trimmed.composed
    if trimmed.count < length.lowerBound {
      refuse(length.lowerBound == 1 ? "must not be empty" : "must have at least \(length.lowerBound) characters")
    }
    if !trimmed.unicodeScalars.allSatisfy({ isAllowed($0) && (lines || !isLineBreak($0)) }) { refuseCharacters() }
    return trimmed
  }

  /// The same for text that everybody may read: in which there must be nobody's personal data.
  public static func checkPublic(
    _ text: String, _ length: ClosedRange<Int>, lines: Bool, at pointer: String, _ errors: inout [Problem.FieldError]
  ) -> String {
    let before = errors.count
    let checked = check(text, length, lines: lines, at: pointer, &errors)
    // Who has to shorten it will send it again.
    if errors.count > before { return checked }
    let start = text.prefix(while: \.isWhitespace).count
    for place in PersonalData.places(in: checked) {
      let characters = place.characters.lowerBound + start..<place.characters.upperBound + start
      errors.append(
        Problem.FieldError(pointer, "holds a \(place.kind.rawValue), which must not be public", at: characters))
    }
    return checked
  }

  /// Whether a plain text may hold it. Line breaks and tabs are; some fields have only one line.
  public static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0a, 0x0d: true
    case ..<0x20, 0x7f..<0xa0: false
    // They turn the direction of writing around.
    case 0x202a...0x202e, 0x2066...0x2069, 0x200e, 0x200f, 0x061c: false
    // They cannot be seen: zero-width ones (but for the joiners, which some scripts and symbols need), empty Hangul.
    case 0x200b, 0x2060...0x2064, 0x206a...0x206f, 0xfeff, 0x00ad, 0x034f, 0x180e, 0xe0000...0xe007f: false
    case 0x115f, 0x1160, 0x3164, 0xffa0: false
    case 0xfffe, 0xffff, 0x2028, 0x2029: false
    default: true
    }
  }

  private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value == 0x09 || scalar.value == 0x0a || scalar.value == 0x0d
  }
}

extension String {
  fileprivate var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    return String(rest)
  }

  fileprivate var hasEndlessMarks: Bool {
    var marks = 0
    for scalar in unicodeScalars {
      marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
      if marks > 30 { return true }
    }
    return false
  }

  /// In Unicode's normalization form C.
  fileprivate var composed: String {
    if utf8.allSatisfy({ $0 < 0x80 }) { return self }
    var scalars = String.UnicodeScalarView()
    for scalar in _nfc { scalars.append(scalar) }
    return String(scalars)
  }
}
