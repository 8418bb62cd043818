import Crypto

/// A proposal's text, with its files, as it is fingerprinted: whoever has the text can compute the fingerprint and see that nobody changed a
/// letter since.
public struct CanonicalText: Codable, Sendable, Equatable {
  /// Plain text in NFC, as published.
  public var title: String
  /// Plain text in NFC, as published.
  public var summary: String
  /// Plain text in NFC, as published.
  public var body: String
  /// The subject that the author chose.
  public var category: Category
  /// Absent when the proposal was written here.
  public var reference: String?
  /// The files that go with it, by their numbers; absent when there are none.
  public var attachments: [PublishedFile]?

  /// A text of these members.
  public init(
    title: String, summary: String, body: String, category: Category, reference: String?,
    attachments: [PublishedFile] = []
  ) {
    self.title = title
    self.summary = summary
    self.body = body
    self.category = category
    self.reference = reference
    self.attachments = attachments.isEmpty ? nil : attachments
  }

  /// SHA-256 of the JSON with sorted keys, without white space and escaped slashes, in UTF-8: 64 lower-case hexadecimal
  /// digits.
  public func fingerprint() throws -> String { Hex.encode(sha256(try JSON.encode(self))) }
}
