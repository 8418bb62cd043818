import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// The rules of time, for everyone to read, and the holidays, which operators keep; the SQL is in the store.
struct Periods: Sendable {
  let database: Database
  let clock: WallClock
  let log: Log

  var routes: [Route] {
    let operators = Access.roles([.admin])
    return [
      .get("/v1/holidays", for: .everyone, holidays),
      .put("/v1/holidays/{date}", for: operators, put),
      .delete("/v1/holidays/{date}", for: operators, delete),
      .get("/v1/periods", for: .everyone, periods),
    ]
  }

  /// `GET /v1/holidays?year=`: the public holidays of a year, this year's without the parameter.
  func holidays(_ request: Request) async throws -> Response {
    let thisYear = Int(Day(of: clock.now).parts.year)
    let year = try request.query("year", default: thisYear, in: 1970...2099)
    let found = try await database.holidays(in: year)
    return try .json(Page(found.map(HolidayView.init), limit: found.count) { $0.date.description }, cache: .seconds(10))
  }

  /// What a holiday is called.
  struct Names: Decodable, Sendable {
    let korean: String
    let english: String

    /// Characters of a name.
    static let limit = 80

    func holiday(on day: Day) throws(Problem) -> HolidayList.Entry {
      var errors: [Problem.FieldError] = []
      let korean = PlainText.check(korean, 1...Self.limit, lines: false, at: "#/korean", &errors)
      let english = PlainText.check(english, 1...Self.limit, lines: false, at: "#/english", &errors)
      guard errors.isEmpty else { throw .invalid(errors) }
      return HolidayList.Entry(day: day, korean: korean, english: english)
    }
  }

  /// `PUT /v1/holidays/{date}` `{"korean","english"}`: the day is a public holiday, such as a temporary one. It counts for
  /// what is handed over from then on; due dates that were given stay.
  ///
  /// 404 for what is no day, 409 for a day that is over: periods were counted with it.
  func put(_ request: Request, _ body: Names) async throws -> Response {
    let holiday = try body.holiday(on: try day(request))
    let staff = try request.authenticated().citizen
    try await database.save(holiday, by: staff, at: clock.now)
    log.info("a holiday was set", ["day": "\(holiday.day)", "by": "\(staff)"])
    return try .json(HolidayView(holiday))
  }

  /// `DELETE /v1/holidays/{date}`: 204. 404 when the day is no holiday, 409 for a day that is over.
  func delete(_ request: Request) async throws -> Response {
    let day = try day(request)
    guard try await database.removeHoliday(on: day) else { throw Problem.notFound("The day is no public holiday.") }
    log.info("a holiday was removed", ["day": "\(day)", "by": "\(try request.authenticated().citizen)"])
    return .noContent
  }

  /// The day in the path, which must not be over.
  private func day(_ request: Request) throws(Problem) -> Day {
    guard let day = request.parameters["date"].flatMap(Day.init), (1970...2099).contains(day.parts.year) else {
      throw .notFound("The address holds no day of the form YYYY-MM-DD from 1970 to 2099.")
    }
    guard day >= Day(of: clock.now) else { throw .conflict("day-over", "Periods were counted with this day.") }
    return day
  }

  /// `GET /v1/periods`: how long each step may take, and what comes of it when it takes longer.
  func periods(_ request: Request) async throws -> Response {
    let clocks = try await database.terms().clocks
    let views = LegalStep.allCases.compactMap { clocks[$0].map(PeriodView.init) }
    return try .json(Page(views, limit: views.count) { $0.step.rawValue }, cache: .seconds(10))
  }
}

/// A holiday as the API shows it.
struct HolidayView: Encodable, Sendable {
  let date: Day
  let korean: String
  let english: String

  init(_ holiday: HolidayList.Entry) {
    (date, korean, english) = (holiday.day, holiday.korean, holiday.english)
  }
}

/// The rules of a step's time as the API shows them.
struct PeriodView: Encodable, Sendable {
  let step: LegalStep
  let days: Int
  let unit: LegalPeriod.Unit
  let reminderDays: Int
  let escalationDays: Int
  let escalatesTo: [String]
  let extensionDays: Int

  init(_ clock: LegalClock) {
    step = clock.step
    days = clock.days
    unit = clock.unit
    reminderDays = clock.reminderDays
    escalationDays = clock.escalationDays
    escalatesTo = clock.escalatesTo.map(\.name)
    extensionDays = clock.extensionDays
  }
}
