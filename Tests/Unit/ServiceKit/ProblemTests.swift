import HTTPServer
import Postgres
import Testing

@testable import ServiceKit

@Suite struct ProblemTests {
  private func problem(for error: any Error) -> Problem {
    Problem(error, at: "/", Log(service: "tests", minimum: .error))
  }

  @Test(arguments: ["08006", "08001", "57P01", "40001", "53300"])
  func whatPassesByItselfIsToBeTriedAgain(sqlState: String) {
    let problem = problem(for: PostgresError(sqlState: sqlState, message: "secret"))
    #expect(problem.status == 503 && problem.response.headers["retry-after"] == "1")
    #expect(problem.detail?.contains("secret") == false)
  }

  @Test func valuesThatCannotBeStoredAreTheClientsFault() {
    #expect(problem(for: PostgresError(sqlState: "22003", message: "out of range")).status == 400)
  }

  @Test func otherErrorsSayNothingOfTheirCause() {
    struct Other: Error {}
    #expect(problem(for: PostgresError(sqlState: "23505", message: "secret")) == .internalError)
    #expect(problem(for: Other()) == .internalError)
    #expect(problem(for: Problem.unauthorized) == .unauthorized)
  }

  @Test func whatIsThereAlreadyIsNamedByItsAddress() {
    func text(_ problem: Problem) -> String {
      guard case .bytes(let bytes) = problem.response.body else { return "" }
      return String(decoding: bytes, as: UTF8.self)
    }
    #expect(text(.conflict("there", "It is there.", existing: "/v1/x/1")).contains(#""existing":"/v1/x/1""#))
    #expect(!text(.conflict("there", "It is there.")).contains("existing"))
  }

  private enum Colour: String, CaseIterable { case red, blue }

  private func choice(_ query: String?) throws(Problem) -> Colour? {
    try Request(http: HTTPRequest(method: .get, path: "/", query: query), parameters: [:], caller: nil).choice("colour")
  }

  @Test func aChoiceIsOneOfItsWords() throws {
    #expect(try choice(nil) == nil)
    #expect(try choice("colour=blue&colour=red") == .blue)
    for query in ["colour=", "colour", "colour=Red", "colour=green"] {
      let error = #expect(throws: Problem.self) { try choice(query) }
      #expect(error?.status == 400 && error?.detail == "colour must be one of red, blue.")
    }
  }
}
