import FoundationEssentials
import HTTPClient

/// The cases that the ministry has now, from the Forum's API.
struct Snapshot {
  let forum: String
  let ministry: String

  /// Of a case, what the register needs.
  struct Case: Decodable, Sendable {
    let id: String
    let title: String
    let dueAt: String?
  }

  private struct Page: Decodable {
    let items: [Case]
    let next: String?
  }

  func cases() async throws -> [Case] {
    let client = HTTPClient(connections: 1)
    defer { client.close() }
    var cases: [Case] = []
    var after = ""
    while true {
      let url = "\(forum)/v1/cases?ministry=\(ministry)&limit=100\(after)"
      let answer = try await client.send(ClientRequest(url: url, maximumResponseBytes: 4 * 1_024 * 1_024))
      guard answer.status == 200 else { throw Refusal(description: "\(url) answers \(answer.status)") }
      let page = try JSONDecoder().decode(Page.self, from: Data(answer.body))
      cases += page.items
      guard let next = page.next else { return cases }
      after = "&after=" + next.utf8.map { Self.escaped($0) }.joined()
    }
  }

  private static func escaped(_ byte: UInt8) -> String {
    let sign = Unicode.Scalar(byte)
    if byte < 128 && (sign.properties.isAlphabetic || sign.properties.numericType != nil) { return String(sign) }
    return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}
