import Testing

@testable import Forumctl

struct MigrateTests {
  @Test func `names and constants cannot be broken out of`() throws {
    #expect(try Quoting.identifier("forum_intake") == #""forum_intake""#)
    #expect(try Quoting.identifier(#"a"; DROP TABLE b; --"#) == #""a""; DROP TABLE b; --""#)
    #expect(try Quoting.literal("30s") == "'30s'")
    #expect(try Quoting.literal("'; DROP TABLE b; --") == "'''; DROP TABLE b; --'")
    #expect(try Quoting.literal(#"a\' OR 1"#) == #" E'a\\'' OR 1'"#)
    // A combining mark makes another Character of the quotation mark, but not another byte.
    #expect(try Quoting.literal("a'\u{301}b") == "'a''\u{301}b'")
    #expect(throws: Failure.self) { try Quoting.identifier("a\0b") }
  }

  /// The exchange of RFC 7677 section 3: user "user", password "pencil".
  @Test func `a verifier is the one of RFC 7677`() throws {
    let salt: [UInt8] = [
      0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e, 0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36, 0xfa, 0x81,
    ]
    #expect(
      ScramVerifier(password: "pencil", salt: salt).text
        == "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )
  }

  @Test func `two verifiers of one password differ`() {
    #expect(ScramVerifier(password: "pencil").text != ScramVerifier(password: "pencil").text)
  }

  @Test func `the public gets nothing, and a schema's own grants take the place of the usual ones`() throws {
    let usual = try Migrator.grants(of: Schema(name: "intake", roles: ["forum_intake"], migrations: []))
    #expect(usual.contains(#"REVOKE ALL ON ALL TABLES IN SCHEMA "intake" FROM PUBLIC"#))
    #expect(usual.contains(#"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "intake" TO "forum_intake""#))
    let own = try Migrator.grants(
      of: Schema(name: "voting", roles: ["a", "b"], migrations: [], grants: "GRANT SELECT ON vote TO a;\n"))
    #expect(own.contains("DO $grants$ BEGIN GRANT SELECT ON vote TO a\n; END $grants$"))
    #expect(own.filter { $0.contains("ALL TABLES") }.allSatisfy { $0.hasPrefix("REVOKE") })
    #expect(throws: Failure.self) {
      try Migrator.grants(of: Schema(name: "voting", roles: ["a"], migrations: [], grants: "$grants$"))
    }
  }

  @Test func `every role of a schema is made`() {
    for schema in Schema.all { #expect(Set(schema.roles).isSubset(of: Schema.roles), "\(schema.name)") }
  }
}
