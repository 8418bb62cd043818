/// An address on this site: a path of its own and a query whose values are percent-encoded (RFC 3986).
struct Address: Sendable, Equatable {
  let path: String
  var query: [Item] = []

  struct Item: Sendable, Equatable {
    let name: String
    let value: String
  }

  init(_ path: String) { self.path = path }

  /// Adds a value; nil adds nothing.
  func with(_ name: String, _ value: String?) -> Address {
    var address = self
    address.query.removeAll { $0.name == name }
    if let value { address.query.append(Item(name: name, value: value)) }
    return address
  }

  var text: String {
    guard !query.isEmpty else { return path }
    return path + "?" + query.map { "\($0.name)=\(Self.encoded($0.value))" }.joined(separator: "&")
  }

  private static func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += byte < 16 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return result
  }
}
