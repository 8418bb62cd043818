/// Base64 for URLs and tokens: `-` and `_`, no padding (RFC 4648 section 5, as RFC 7515 section 2 uses it).
public enum Base64URL {
  /// The text for `bytes`.
  public static func encode(_ bytes: some Sequence<UInt8>) -> String {
    base64Encode(Array(bytes), Alphabet.url, padded: false)
  }

  /// The bytes, or nil unless `text` is exactly what `encode` gives for them: one value has one spelling, so that
  /// nobody can make a second text of a signed token.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    base64Decode(text.utf8, Alphabet.url)
  }
}

/// Base64 with `+`, `/` and padding (RFC 4648 section 4).
public enum Base64 {
  /// The text for `bytes`, in one line.
  public static func encode(_ bytes: some Sequence<UInt8>) -> String {
    base64Encode(Array(bytes), Alphabet.standard, padded: true)
  }

  /// The bytes, or nil unless `text` is exactly what `encode` gives for them.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let utf8 = text.utf8
    guard utf8.count % 4 == 0 else { return nil }
    // Padding is at most two signs, at the end; one left over is in no alphabet and is refused there.
    let padding = utf8.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    return base64Decode(utf8.dropLast(padding), Alphabet.standard)
  }
}

/// Base 16 (RFC 4648 section 8), written in lower case.
public enum Hex {
  /// The text for `bytes`.
  public static func encode(_ bytes: some Sequence<UInt8>) -> String {
    let digits: StaticString = "0123456789abcdef"
    return String(
      decoding: bytes.flatMap { [digits.utf8Start[Int($0 >> 4)], digits.utf8Start[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// The bytes, or nil for an odd length or a sign that is no digit; both cases are read.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for sign in text.utf8 {
      let digit: UInt8
      switch sign {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = sign - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = sign - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = sign - UInt8(ascii: "A") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return high == nil ? bytes : nil
  }
}

private struct Alphabet {
  let signs: [UInt8]
  /// The value of each sign; 255 for what is no sign.
  let values: [UInt8]

  static let standard = Alphabet(last: "+/")
  static let url = Alphabet(last: "-_")

  init(last: String) {
    signs = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last).utf8)
    var values = [UInt8](repeating: 255, count: 256)
    for (value, sign) in signs.enumerated() { values[Int(sign)] = UInt8(value) }
    self.values = values
  }
}

private func base64Encode(_ bytes: [UInt8], _ alphabet: Alphabet, padded: Bool) -> String {
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let count = min(3, bytes.count - start)
    let group = (0..<3).reduce(UInt32(0)) { $0 << 8 | ($1 < count ? UInt32(bytes[start + $1]) : 0) }
    for sign in 0...count { text.append(alphabet.signs[Int(group >> (18 - 6 * UInt32(sign)) & 63)]) }
    if padded { text += [UInt8](repeating: UInt8(ascii: "="), count: 3 - count) }
  }
  return String(decoding: text, as: UTF8.self)
}

private func base64Decode(_ text: some Sequence<UInt8>, _ alphabet: Alphabet) -> [UInt8]? {
  var bytes: [UInt8] = []
  var bits: UInt32 = 0
  var held: UInt32 = 0
  for sign in text {
    let value = alphabet.values[Int(sign)]
    guard value != 255 else { return nil }
    bits = bits << 6 | UInt32(value)
    held += 6
    if held >= 8 {
      held -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> held))
      bits &= (1 << held) - 1
    }
  }
  // Six bits over are a lone sign; other bits over must be zero, or two texts would stand for the same bytes.
  return held < 6 && bits == 0 ? bytes : nil
}
