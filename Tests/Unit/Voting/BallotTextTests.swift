import Contracts
import FoundationEssentials
import Testing

@testable import Voting

/// The reader of plain ballots may leave anything to the general decoder, but must never say anything else than it.
@Suite struct BallotTextTests {
  private static let nonce = "AAECAwQFBgcICQoLDA0ODw"

  @Test(arguments: [
    #"{"choice":"yes"}"#, #"{"choice":"no"}"#, " {\t\"choice\" :\r\n \"yes\" } ",
    #"{"choice":"no","nonce":"\#(nonce)"}"#,
    #"{ "nonce" : "\#(nonce)" , "choice" : "yes" }"#, #"{"choice":"yes","nonce":""}"#,
    #"{"choice":"yes","nonce":"not-16-bytes"}"#,
  ])
  func plainBallotsAreReadAsTheDecoderReadsThem(text: String) throws {
    let ballot = try #require(BallotText.plain(Array(text.utf8)))
    #expect(try ballot == JSON.decode(from: Array(text.utf8)))
  }

  @Test(arguments: [
    "", "{", "}", "{}", "null", "[]", "\"yes\"", #"{"choice"}"#, #"{"choice":}"#, #"{"choice":yes}"#,
    #"{"choice":"maybe"}"#, #"{"choice":"YES"}"#, #"{"choice":"yes"#, #"{"choice":"yes""#, #"{"choice":"yes",}"#,
    #"{,"choice":"yes"}"#, #"{"choice":"yes"}}"#, #"{"choice":"yes"}{"choice":"no"}"#, #"{"choice":"yes"} x"#,
    #"{"choice":"yes","choice":"no"}"#, #"{"choice":"yes","nonce":"a","nonce":"b"}"#, #"{"choice":"yes","nonce":null}"#,
    #"{"choice":"yes","nonce":1}"#, #"{"choice":"yes","nonce":"a\"}"#, #"{"choice":"yes","nonce":"=="}"#,
    #"{"choice":"yes","other":1}"#, #"{"choice":["yes"]}"#, #"{"\u0063hoice":"yes"}"#, #"{"choice":"\u0079es"}"#,
    #"{'choice':'yes'}"#, "{\"choice\":\"yes\"}\u{0}", "\u{feff}{\"choice\":\"yes\"}", "{\u{a0}\"choice\":\"yes\"}",
    "{\u{b}\"choice\":\"yes\"}", #"{"choice" "yes"}"#, #"{"choice"::"yes"}"#, #"{"choice":"yes""nonce":"a"}"#,
    #"{"Choice":"yes"}"#, #"{"nonce":"a"}"#, #"[{"choice":"yes"}]"#, "{\"choice\":\"yes\"\u{0}}",
  ])
  func whatIsNotPlainIsLeftToTheDecoder(text: String) {
    #expect(BallotText.plain(Array(text.utf8)) == nil)
  }

  @Test func noDamagedBallotIsReadOtherwiseThanByTheDecoder() {
    var random = SystemRandomNumberGenerator()
    let whole = Array(#"{"choice":"yes","nonce":"\#(Self.nonce)"}"#.utf8)
    let signs = Array("{}[]\":,\\ \t\nyesno0=-\u{0}\u{7f}".utf8) + [0x80, 0xff]
    var read = 0
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = signs.randomElement(using: &random) ?? 0
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(signs.randomElement(using: &random) ?? 0, at: place)
        default: bytes = Array(bytes[..<place]) + Array(bytes[(place / 2)...])
        }
        if bytes.isEmpty { break }
      }
      guard let ballot = BallotText.plain(bytes) else { continue }
      read += 1
      let decoded: BallotBox.Ballot? = try? JSON.decode(from: bytes)
      #expect(ballot == decoded, "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(read > 0)
  }

  @Test func theAnswerIsWhatTheEncoderWrites() throws {
    for state in [BallotState.pending, .counted, .alreadyVoted] {
      let accepted = BallotBox.Accepted(
        receipt: "AAEAAAAAAAAAAvyS0D-_mL8aLgSkPCkPfg", proposal: ProposalID(),
        acceptedAt: Date(milliseconds: 1_795_512_600_007), state: state)
      #expect(BallotText.accepted(accepted) == (try JSON.encode(accepted)))
    }
  }
}
