import Contracts
import FoundationEssentials
import Glibc
import Threading

/// One line of a journal: a ballot and what came of it.
struct JournalLine: Codable, Sendable, Equatable {
  let choice: Choice
  /// As it was sent: it stands in the log too.
  let nonce: String
  let outcome: CastBallot.Outcome
  let proposal: ProposalID
  /// Nil without a 202.
  let receipt: String?
  /// HTTP; 0: no answer.
  let status: Int
  /// `sub` of the voter's token.
  let voter: String

  /// All lines of a file.
  /// - Throws: `Failure` naming the line that cannot be read.
  static func read(_ path: String) throws -> [JournalLine] {
    try contents(of: path).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
      .filter { !$0.element.isEmpty }.map { index, line in
        do { return try JSON.decode(JournalLine.self, from: Array(line)) } catch {
          throw Failure("\(path), line \(index + 1) is no line of a journal: \(error)")
        }
      }
  }
}

/// Makes journal lines without an encoder a line: there may be tens of thousands a second.
struct JournalFormat: Sendable {
  let proposals: [ProposalID]
  let subjects: [String]
  let nonces: Nonces

  func append(_ ballot: CastBallot, to bytes: inout [UInt8]) {
    let voter = Self.quoted(subjects[Int(ballot.citizen)])
    let nonce = String(decoding: nonces.text(of: Int(ballot.request)), as: UTF8.self)
    let receipt = ballot.place.map { ",\"receipt\":\"\($0.text)\"" } ?? ""
    let line =
      "{\"choice\":\"\(ballot.isYes ? "yes" : "no")\",\"nonce\":\"\(nonce)\",\"outcome\":\"\(ballot.outcome.rawValue)\","
      + "\"proposal\":\"\(proposals[Int(ballot.vote)])\"\(receipt),\"status\":\(ballot.status),\"voter\":\(voter)}\n"
    bytes += Array(line.utf8)
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { (0x20...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }
    if isPlain { return "\"\(text)\"" }
    return (try? JSON.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}

/// Writes what became of ballots to a file while they are cast; what is written has reached the disk when `write` returns.
actor LoadJournal {
  private let executor = ThreadExecutor(name: "journal")
  private let format: JournalFormat
  private let descriptor: Int32
  private let path: String

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// - Throws: `Failure` when there is such a file: a journal is evidence, and not written over.
  init(_ path: String, format: JournalFormat) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Failure("\(path) cannot be made: \(String(cString: strerror(errno)))") }
    self.path = path
    self.format = format
  }

  deinit {
    close(descriptor)
    executor.stop()
  }

  func write(_ pieces: [[CastBallot]]) throws {
    var bytes: [UInt8] = []
    for ballot in pieces.joined() { format.append(ballot, to: &bytes) }
    var position = 0
    while position < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: position), $0.count - position)
      }
      if count < 0 && errno != EINTR { throw Failure("\(path): \(String(cString: strerror(errno)))") }
      position += max(0, count)
    }
    guard fsync(descriptor) == 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
  }
}
