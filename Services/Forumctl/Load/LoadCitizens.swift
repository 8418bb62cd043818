import Crypto
import FoundationEssentials
import ServiceKit

/// Who votes under load, with their tokens.
struct LoadCitizens: Sendable {
  let tokens: [[UInt8]]
  /// `sub` of each token.
  let subjects: [String]

  static func subject(_ number: Int, seed: UInt64) -> String { "load-\(seed)-\(number)" }

  /// Signs tokens for citizens whom a seed names.
  static func signed(
    _ numbers: Range<Int>, seed: UInt64, lifetime: Int, with signer: Signer
  ) async throws -> LoadCitizens {
    let tokens = try await Progress.show("tokens signed", of: numbers.count) { progress in
      try await signer.tokens(count: numbers.count, lifetime: lifetime, progress) {
        subject(numbers.lowerBound + $0, seed: seed)
      }
    }
    return LoadCitizens(tokens: tokens.map { Array($0.utf8) }, subjects: numbers.map { subject($0, seed: seed) })
  }

  /// Reads tokens, one a line, as `forumctl token` prints them.
  /// - Parameters:
  ///   - numbers: which of them.
  ///   - time: seconds since 1970 until which they must be valid.
  /// - Throws: `Failure` when there are too few, or one cannot be read or expires too early.
  static func read(_ path: String, _ numbers: Range<Int>, validUntil time: Double) throws -> LoadCitizens {
    let lines = try contents(of: path).split(separator: UInt8(ascii: "\n"))
    guard lines.count >= numbers.upperBound else {
      throw Failure(
        "\(path) holds \(lines.count) tokens; the citizens \(numbers.lowerBound) to "
          + "\(numbers.upperBound - 1) are needed: add --citizens or give --tokens more")
    }
    var tokens: [[UInt8]] = []
    var subjects: [String] = []
    for number in numbers {
      let token = Array(lines[number])
      guard let claims = claims(of: token) else { throw Failure("\(path), line \(number + 1) is no access token") }
      guard claims.exp > time else { throw Failure("\(path), line \(number + 1): the token expires too early") }
      tokens.append(token)
      subjects.append(claims.sub)
    }
    return LoadCitizens(tokens: tokens, subjects: subjects)
  }

  private struct Claims: Decodable {
    let sub: String
    let exp: Double
  }

  private static func claims(of token: [UInt8]) -> Claims? {
    let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = Base64URL.decode(String(decoding: parts[1], as: UTF8.self)),
      token.allSatisfy({ (0x21...0x7e).contains($0) })
    else { return nil }
    return try? JSONDecoder().decode(Claims.self, from: Data(payload))
  }

  /// The file that `--tokens` reads.
  var file: [UInt8] { tokens.flatMap { $0 + [UInt8(ascii: "\n")] } }
}
