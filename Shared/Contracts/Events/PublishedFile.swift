/// A file that goes with a proposal: what anybody needs to see that nobody has changed it since.
public struct PublishedFile: Codable, Sendable, Equatable {
  /// 1, 2 or 3: its address below the proposal.
  public var number: Int
  /// Plain text, one line, 1 to 100 characters and an ending that goes by the type.
  public var name: String
  /// Media type: `application/pdf`, `image/png` or `image/jpeg`.
  public var type: String
  /// Bytes.
  public var size: Int
  /// SHA-256 of the bytes that are given back, 64 lower-case hexadecimal digits.
  public var sha256: String

  /// A file of these members.
  public init(number: Int, name: String, type: String, size: Int, sha256: String) {
    self.number = number
    self.name = name
    self.type = type
    self.size = size
    self.sha256 = sha256
  }
}
