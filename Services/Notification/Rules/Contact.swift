import FoundationEssentials
import HTTPClient
import ServiceKit

/// The language of a letter.
enum Language: String, Codable, Sendable, CaseIterable {
  case korean = "ko"
  case english = "en"
}

/// Where a person wants to be written to.
struct Contact: Sendable, Equatable, Codable {
  let email: String
  let language: Language

  /// Checks the address by the rules for mail that is really sent: ASCII, at a domain with a dot.
  /// - Throws: `Problem` 422
  func checked() throws(Problem) -> Contact {
    let domain = email.split(separator: "@").last ?? ""
    guard email.utf8.count <= 254, MailMessage.isAddress(email), domain.contains(".") else {
      throw .invalid([Problem.FieldError("#/email", "must be a mail address like name@example.org")])
    }
    return self
  }
}
