import FoundationEssentials
import Testing

@testable import ServiceKit

@Suite struct SettingsTests {
  @Test func unknownNamesAreRefusedByName() throws {
    var settings = Settings(environment: ["FORUM_A": "1", "FORUM_MISSPELT": "2", "HOME": "/"])
    _ = try settings.int("FORUM_A", "a number")
    let error = #expect(throws: SettingsError.self) { try settings.refuseUnknown() }
    #expect(error?.description == "unknown settings: FORUM_MISSPELT")
  }

  @Test func aMissingSettingIsNamed() {
    var settings = Settings(environment: [:])
    let error = #expect(throws: SettingsError.self) { _ = try settings.string("FORUM_A", "what it is") }
    #expect(error?.description == "FORUM_A is not set: what it is")
  }

  @Test(arguments: ["", "x", "-1", "11", "1.0", "99999999999999999999"])
  func anUnreadableNumberIsNamed(text: String) {
    var settings = Settings(environment: ["FORUM_A": text])
    #expect(throws: SettingsError.self) { _ = try settings.int("FORUM_A", in: 0...10, "a number") }
  }

  @Test func secretsComeFromFilesAndAreNotShown() throws {
    var settings = Settings(environment: ["FORUM_KEY_FILE": "/nowhere/key"])
    #expect(throws: SettingsError.self) { _ = try settings.secret(file: "FORUM_KEY_FILE", "a key") }
    #expect(settings.declarations.map(\.shown) == ["/nowhere/key"])
  }

  @Test(
    arguments: [
      ("http://forum.example", "http://forum.example"), ("https://forum.example/", "https://forum.example"),
      ("https://forum.example:8443/a//", "https://forum.example:8443/a"),
    ])
  func anAddressLosesItsLastSlashes(text: String, address: String) throws {
    var settings = Settings(environment: ["FORUM_URL": text])
    #expect(try settings.url("FORUM_URL", "an address") == address)
  }

  @Test(arguments: ["", "forum.example", "ftp://forum.example", "http://", "https:///", "//forum.example"])
  func whatIsNoAddressIsNamed(text: String) {
    var settings = Settings(environment: ["FORUM_URL": text])
    let error = #expect(throws: SettingsError.self) { _ = try settings.url("FORUM_URL", "an address") }
    #expect(error?.description == "FORUM_URL is \(text), not an http or https address")
  }

  @Test func aKeyIs64HexadecimalDigits() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID())")
    defer { try? FileManager.default.removeItem(at: file) }
    func key(_ text: String) throws -> [UInt8] {
      try Data(text.utf8).write(to: file)
      var settings = Settings(environment: ["FORUM_KEY_FILE": file.path()])
      return try settings.key(file: "FORUM_KEY_FILE", "a key")
    }
    #expect(try key(String(repeating: "aF", count: 32) + "\n") == [UInt8](repeating: 0xaf, count: 32))
    for text in ["", "af", String(repeating: "+f", count: 32), String(repeating: "a", count: 63)] {
      #expect(throws: SettingsError.self) { _ = try key(text) }
    }
  }

  @Test func describingNeedsNoValues() throws {
    var settings = Settings(environment: [:], describing: true)
    _ = try settings.string("FORUM_A", "x")
    _ = try settings.int("FORUM_B", "y")
    _ = try settings.key(file: "FORUM_C", "z")
    _ = try settings.url("FORUM_D", "u")
    #expect(settings.declarations.map(\.name) == ["FORUM_A", "FORUM_B", "FORUM_C", "FORUM_D"])
  }
}

@Suite struct LogTests {
  @Test func aLineCannotBeForged() {
    var text = ""
    text.appendJSON("a\n{\"level\":\"error\"}\u{1b}[31m\u{2028}\"\\가")
    #expect(text == #""a\n{\"level\":\"error\"}\u001b[31m\u2028\"\\가""#)
  }
}

@Suite struct MetricsTests {
  @Test func thePageIsPrometheusText() {
    let metrics = Metrics()
    metrics.counter("a_total", "Things.", ["kind": "x\"y\n\\"]).add(2)
    let histogram = metrics.histogram("b_seconds", "Times.", bounds: [0.1, 1])
    histogram.observe(0.05)
    histogram.observe(1)
    histogram.observe(5)
    metrics.gauge("c", "Now.") { 1.5 }
    #expect(
      metrics.rendered() == """
        # HELP a_total Things.
        # TYPE a_total counter
        a_total{kind="x\\"y\\n\\\\"} 2
        # HELP b_seconds Times.
        # TYPE b_seconds histogram
        b_seconds_bucket{le="0.1"} 1
        b_seconds_bucket{le="1.0"} 2
        b_seconds_bucket{le="+Inf"} 3
        b_seconds_sum 6.05
        b_seconds_count 3
        # HELP c Now.
        # TYPE c gauge
        c 1.5

        """)
  }
}
