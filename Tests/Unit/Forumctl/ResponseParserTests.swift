import Testing

@testable import Forumctl

struct ResponseParserTests {
  private struct Seen: Equatable {
    var status: Int
    var body: String
    var keepsAlive: Bool
    /// Bytes that belong to the response.
    var used: Int
  }

  /// What is read when the bytes come in pieces of a size; nil while the response is not complete.
  private func read(_ text: String, pieces: Int = .max, closes: Bool = false) throws(ResponseParser.Fault) -> Seen? {
    var parser = ResponseParser()
    let bytes = Array(text.utf8)
    var used = 0
    while used < bytes.count, !parser.isDone {
      let piece = Array(bytes[used...].prefix(pieces))
      used += try consume(piece, &parser)
    }
    if closes, !parser.isDone { try parser.end() }
    guard parser.isDone else { return nil }
    return Seen(
      status: parser.status, body: String(decoding: parser.body, as: UTF8.self), keepsAlive: parser.keepsAlive,
      used: used)
  }

  private func consume(_ piece: [UInt8], _ parser: inout ResponseParser) throws(ResponseParser.Fault) -> Int {
    var copy = parser
    let result = piece.withUnsafeBytes { bytes in
      Result { () throws(ResponseParser.Fault) in try copy.consume(bytes) }
    }
    parser = copy
    return try result.get()
  }

  private func fault(_ text: String, closes: Bool = false) -> ResponseParser.Fault? {
    do throws(ResponseParser.Fault) {
      _ = try read(text, closes: closes)
      return nil
    } catch { return error }
  }

  private static let good: [(String, Seen)] = [
    (
      "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}",
      Seen(status: 202, body: "{}", keepsAlive: true, used: 46)
    ),
    ("HTTP/1.1 204 \r\nX: y\r\n\r\n", Seen(status: 204, body: "", keepsAlive: true, used: 23)),
    ("HTTP/1.1 304\r\nContent-Length: 9\r\n\r\n", Seen(status: 304, body: "", keepsAlive: true, used: 35)),
    (
      "HTTP/1.1 200 OK\ncontent-length:\t0 \nConnection: x, Close\n\n",
      Seen(status: 200, body: "", keepsAlive: false, used: 57)
    ),
    ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", Seen(status: 200, body: "", keepsAlive: false, used: 38)),
    (
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\nContent-Length: 1\r\n\r\nx",
      Seen(status: 503, body: "x", keepsAlive: true, used: 63)
    ),
    (
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n3;a=b\r\nabc\r\n0a\r\n0123456789\r\n0\r\nT: x\r\n\r\n",
      Seen(status: 200, body: "abc0123456789", keepsAlive: true, used: 92)
    ),
  ]

  @Test(arguments: good.indices, [1, 2, 7, .max])
  func `a response is read whatever the pieces are`(index: Int, pieces: Int) throws {
    let (text, seen) = Self.good[index]
    var read = try read(text, pieces: pieces)
    #expect(read?.used == text.utf8.count)
    read?.used = seen.used
    #expect(read == seen)
  }

  @Test func `what follows a response is left alone`() throws {
    let text = "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1"
    #expect(try read(text)?.used == text.utf8.count - 8)
  }

  @Test func `without a length the body goes to the end of the connection`() throws {
    #expect(try read("HTTP/1.1 200 OK\r\n\r\nabc") == nil)
    let seen = try read("HTTP/1.1 200 OK\r\n\r\nabc", closes: true)
    #expect(seen?.body == "abc" && seen?.keepsAlive == false)
  }

  @Test(arguments: [
    "", "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{", "HTTP/1.1 202 Acc", "HTTP/1.1 202 Accepted\r\nX: y\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
  ])
  func `a connection that ends early leaves no response`(text: String) {
    #expect(fault(text, closes: true) == .cutShort)
  }

  @Test(
    arguments: [
      ("\r\n", .statusLine), ("HTTP/2 200 OK\r\n", .statusLine), ("HTTP/1.1 20 OK\r\n", .statusLine),
      ("HTTP/1.1 099 No\r\n", .statusLine), ("HTTP/1.1 600 No\r\n", .statusLine), ("HTTP/1.1 2000\r\n", .statusLine),
      ("HTTP/1.1 +20 OK\r\n", .statusLine), ("SSH-2.0-OpenSSH\r\n", .statusLine), ("\u{0}\u{0}\n", .statusLine),
      ("HTTP/1.1 101 Switching\r\n\r\n", .statusLine), ("HTTP/1.1 200 OK\r\nno colon\r\n", .header),
      ("HTTP/1.1 200 OK\r\n: empty\r\n", .header), ("HTTP/1.1 200 OK\r\nContent-Length : 1\r\n", .header),
      ("HTTP/1.1 200 OK\r\n folded: x\r\n", .header), ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", .length),
      ("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n", .length), ("HTTP/1.1 200 OK\r\nContent-Length:\r\n", .length),
      ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n", .length),
      ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n", .length),
      ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .length),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .length),
      ("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", .tooLong),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .chunk),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .chunk),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n", .chunk),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", .chunk),
    ] as [(String, ResponseParser.Fault)])
  func `what is no response is refused`(text: String, expected: ResponseParser.Fault) {
    #expect(fault(text) == expected)
  }

  @Test func `nothing grows without end`() {
    let long = String(repeating: "a", count: 1 << 20)
    #expect(fault(long) == .tooLong)
    #expect(fault("HTTP/1.1 200 OK\r\nX: \(long)") == .tooLong)
    #expect(fault("HTTP/1.1 200 OK\r\n\r\n\(long)\(long)") == .tooLong)
    let interim = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 4_000)
    #expect(fault(interim) == .tooLong)
    #expect(
      fault("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + String(repeating: "T: x\r\n", count: 20_000))
        == .tooLong)
  }

  @Test func `random bytes never trap`() {
    var random = SplitMix64(seed: 7)
    let pieces = [
      "HTTP/1.1 200 OK\r\n", "Content-Length: 3\r\n", "\r\n", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n", "0\r\n",
    ]
    for _ in 0..<5_000 {
      var bytes: [UInt8] = []
      for _ in 0..<random.below(8) {
        bytes +=
          random.chance(0.7)
          ? Array(pieces[random.below(pieces.count)].utf8) : [UInt8(truncatingIfNeeded: random.next())]
      }
      var parser = ResponseParser()
      while !bytes.isEmpty, !parser.isDone {
        let count = 1 + random.below(bytes.count)
        guard let used = try? consume(Array(bytes.prefix(count)), &parser) else { break }
        #expect(used > 0)
        bytes.removeFirst(used)
      }
    }
  }

  @Test func `a parser is ready for the next response`() throws {
    var parser = ResponseParser()
    for status in [202, 503] {
      parser.reset()
      _ = try consume(Array("HTTP/1.1 \(status) X\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx".utf8), &parser)
      #expect(parser.isDone && parser.status == status && parser.body == [0x78] && !parser.keepsAlive)
    }
    parser.reset()
    #expect(!parser.isDone && parser.keepsAlive)
  }
}
