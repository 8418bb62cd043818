import HTTPServer
public import Postgres
import Synchronization

/// How a whole dataset is written.
public enum DownloadFormat: String, Sendable, CaseIterable {
  /// A header row, then a row each: see `CSV`.
  case csv
  /// JSON Lines: an object each, see `JSONLine`.
  case jsonl

  var mediaType: String {
    switch self {
    case .csv: "text/csv; charset=utf-8; header=present"
    case .jsonl: "application/x-ndjson"
    }
  }
}

/// Sends datasets as files of any length: read through a cursor in one snapshot of the database, a few rows at a time, and
/// only as fast as the client takes them.
public final class Downloads: Sendable {
  private let database: Database
  private let limit: Int
  private let seconds: Int
  private let log: Log
  private let count = Atomic<Int>(0)

  /// - Parameters:
  ///   - limit: downloads at the same time; each has a connection to the database.
  ///   - seconds: that one may take, whatever it waits for; beyond, it is broken off, since the database must keep the
  ///     snapshot for so long.
  public init(database: Database, limit: Int, seconds: Int, log: Log) {
    self.database = database
    self.limit = limit
    self.seconds = seconds
    self.log = log
  }

  /// Downloads under way.
  public var underWay: Int { count.load(ordering: .relaxed) }

  /// A place among those at the same time; given back when nobody holds it any more.
  fileprivate final class Place: Sendable {
    private let owner: Downloads

    init(_ owner: Downloads) throws(Problem) {
      self.owner = owner
      guard owner.count.add(1, ordering: .relaxed).newValue <= owner.limit else {
        throw .unavailable("Too many downloads are under way.", retryAfter: Int.random(in: 10...60))
      }
    }

    deinit { owner.count.subtract(1, ordering: .relaxed) }
  }

  /// - Throws: `Problem` 503 when there are too many.
  func response(
    _ dataset: Dataset, _ query: Query, as format: DownloadFormat, isMarked: Bool, isHead: Bool
  ) async throws -> Response {
    let headers: HTTPHeaders = [
      "content-type": format.mediaType, "cache-control": "no-store", "x-accel-buffering": "no",
      "content-disposition": "attachment; filename=\"forum-\(dataset.name).\(format.rawValue)\"",
    ]
    if isHead { return Response(status: 200, headers: headers) }
    let place = try Place(self)
    let end = ContinuousClock.now + .seconds(seconds)
    let rows = DownloadRows(try await database.cursor(over: query, seconds: seconds), place, until: end)
    let pieces = DownloadPieces(dataset: dataset, format: format, isMarked: isMarked, rows: rows, log: log)
    return Response(status: 200, headers: headers, body: .transfer(pieces))
  }
}

/// What a download keeps others from: a connection to the database with its snapshot, and a place. Both are given back at
/// the end of the rows, when the time is over (also while a reader does not take what was read), or when nobody holds
/// this any more.
private final class DownloadRows: Sendable {
  /// Why a download was broken off.
  struct TooSlow: Error {}

  private let cursor: RowCursor
  private let end: ContinuousClock.Instant
  private let place: Mutex<Downloads.Place?>
  private let timer = Mutex<Task<Void, Never>?>(nil)

  init(_ cursor: RowCursor, _ place: Downloads.Place, until end: ContinuousClock.Instant) {
    self.cursor = cursor
    self.end = end
    self.place = Mutex(place)
    let timer = Task { [weak self] in
      // Cancelled together with the last who holds this: nothing is left to be done then.
      try? await Task.sleep(until: end, clock: .continuous)
      await self?.close()
    }
    self.timer.withLock { $0 = timer }
  }

  deinit { timer.withLock { $0?.cancel() } }

  func next<R: Sendable>(_ count: Int, _ body: @Sendable ([Row]) throws -> R) async throws -> R {
    let left = end - .now
    guard left > .zero else { throw TooSlow() }
    return try await cursor.next(count, within: left, body)
  }

  func close() async {
    await cursor.close()
    place.withLock { $0 = nil }
  }
}

/// A download's bytes. It can be read once.
private struct DownloadPieces: AsyncSequence, Sendable {
  /// Rows in memory at a time; the longest are some kilobytes.
  static let rowsOfPiece = 200

  let dataset: Dataset
  let format: DownloadFormat
  let isMarked: Bool
  let rows: DownloadRows
  let log: Log

  struct AsyncIterator: AsyncIteratorProtocol {
    let pieces: DownloadPieces
    var isBegun = false
    var isEnded = false

    mutating func next() async throws -> [UInt8]? { try await next(isolation: #isolation) }

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
      guard !isEnded else { return nil }
      let opening = isBegun ? [] : pieces.opening
      isBegun = true
      do {
        try Task.checkCancellation()
        let (bytes, count) = try await pieces.next()
        guard count > 0 else {
          isEnded = true
          await pieces.rows.close()
          return opening.isEmpty ? nil : opening
        }
        return opening + bytes
      } catch {
        isEnded = true
        pieces.log.warning("download broken off", ["dataset": "\(pieces.dataset.name)", "error": "\(error)"])
        await pieces.rows.close()
        throw error
      }
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pieces: self) }

  private var opening: [UInt8] {
    guard format == .csv else { return [] }
    var bytes = isMarked ? CSV.byteOrderMark : []
    CSV.append(dataset.columns.map { Cell.text($0.name) }, to: &bytes)
    return bytes
  }

  /// The next rows, made into bytes where they are read: no thread that answers others is kept.
  private func next() async throws -> (bytes: [UInt8], count: Int) {
    try await rows.next(Self.rowsOfPiece) { rows in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(rows.count * 256)
      for row in rows {
        switch format {
        case .csv: CSV.append(try dataset.cells(row), to: &bytes)
        case .jsonl:
          try dataset.appendJSON(row, to: &bytes)
          bytes.append(UInt8(ascii: "\n"))
        }
      }
      return (bytes, rows.count)
    }
  }
}
