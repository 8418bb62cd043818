import Contracts
import FoundationEssentials

let tallyCommand = Command(
  form: CommandLineForm(
    command: "tally", overview: "Prints the count of every vote, a line each.",
    options: [
      .flag("json", "one JSON object a line: source, proposal, yes, no"),
      .value("url", "url", "where the Forum is; otherwise FORUM_URL (default: http://127.0.0.1:8080)"),
    ])
) { arguments in
  let api = ForumAPI(base: forumURL(arguments), connections: 4, patience: .seconds(10))
  defer { api.close() }
  for vote in try await api.all(VoteAnswer.self, "/v1/votes") {
    print(arguments.has("json") ? try TallyLine(vote).json() : TallyLine(vote).row)
  }
  return 0
}

/// `--url`, or FORUM_URL, or the local system.
func forumURL(_ arguments: Arguments) -> String {
  arguments.text("url") ?? CommandEnvironment.current.values["FORUM_URL"] ?? "http://127.0.0.1:8080"
}

/// What the Forum says about a vote.
struct VoteAnswer: Decodable, Sendable {
  struct Tally: Decodable, Sendable, Equatable {
    let yes: Int
    let no: Int
  }
  struct Rule: Decodable, Sendable { let yesBar: Int }

  let proposal: ProposalID
  let title: String
  let reference: String?
  let state: String
  let rule: Rule
  /// Nil while the rule hides it.
  let tally: Tally?
  let carried: Bool?
}

/// A vote's count as it is printed.
struct TallyLine: Encodable, Sendable {
  let source: String?
  let proposal: ProposalID
  /// Nil while the rule hides the count.
  let yes: Int?
  let no: Int?
  private let title: String

  enum CodingKeys: CodingKey { case source, proposal, yes, no }

  init(_ vote: VoteAnswer) {
    source = vote.reference
    proposal = vote.proposal
    yes = vote.tally?.yes
    no = vote.tally?.no
    title = vote.title
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(source, forKey: .source)
    try container.encode(proposal, forKey: .proposal)
    try container.encode(yes, forKey: .yes)
    try container.encode(no, forKey: .no)
  }

  func json() throws -> String { String(decoding: try JSON.encode(self), as: UTF8.self) }

  var row: String {
    "\(Self.column(yes)) yes \(Self.column(no)) no  \(proposal)  \(source.map { "#\($0) " } ?? "")\(title)"
  }
}

extension TallyLine {
  private static func column(_ number: Int?) -> String {
    number?.padded(10) ?? String(repeating: " ", count: 4) + "hidden"
  }
}

extension Int {
  /// Right-aligned in `width` columns.
  func padded(_ width: Int) -> String {
    let text = String(self)
    return String(repeating: " ", count: Swift.max(0, width - text.count)) + text
  }
}
