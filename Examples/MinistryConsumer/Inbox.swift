import FoundationEssentials
import Kafka
import Postgres

/// The ministry's database: how far the topic is read, what came, and the register that is made of it.
struct Inbox {
  private let database: Database

  init(_ database: Database) { self.database = database }

  func makeTables() async throws {
    try await database.transaction { transaction in
      // Two processes that start together would make the same table at the same moment.
      try await transaction.execute("SELECT pg_advisory_xact_lock(20260101)")
      for statement in Self.tables { try await transaction.execute(statement) }
    }
  }

  private static let tables: [Query] = [
    "CREATE TABLE IF NOT EXISTS position (topic text, partition int, next bigint NOT NULL, PRIMARY KEY (topic, partition))",
    """
    CREATE TABLE IF NOT EXISTS inbox (
      id uuid PRIMARY KEY, case_id text NOT NULL, sequence bigint NOT NULL, type text NOT NULL, data bytea NOT NULL,
      done boolean NOT NULL DEFAULT false)
    """,
    "CREATE INDEX IF NOT EXISTS inbox_open ON inbox (case_id, sequence) WHERE NOT done",
    """
    CREATE TABLE IF NOT EXISTS register (
      case_id text PRIMARY KEY, title text NOT NULL, due text, last_type text NOT NULL, last_sequence bigint NOT NULL)
    """,
  ]

  func positions() async throws -> [TopicPartition: Int64] {
    var positions: [TopicPartition: Int64] = [:]
    for row in try await database.query("SELECT topic, partition, next FROM position") {
      positions[TopicPartition(topic: try row["topic"], partition: try row["partition"])] = try row["next"]
    }
    return positions
  }

  /// The snapshot and the place at which the topic goes on, both or neither.
  func begin(at positions: [TopicPartition: Int64], with cases: [Snapshot.Case]) async throws {
    try await database.transaction { transaction in
      for (place, next) in positions {
        try await transaction.execute(
          """
          INSERT INTO position VALUES (\(place.topic), \(place.partition), \(next))
          ON CONFLICT (topic, partition) DO UPDATE SET next = EXCLUDED.next
          """)
      }
      // Of what the snapshot does not have, another ministry is in charge; those that have ended are in it.
      try await transaction.execute("UPDATE register SET due = NULL, last_type = 'gone'")
      for found in cases {
        try await transaction.overrule(found)
      }
    }
  }

  /// Messages and offsets in one transaction. What comes again has its `ce_id` in the inbox, and changes nothing.
  /// - Returns: the next offsets, for tools that show the lag.
  /// - Throws: `Refusal` if another process reads into this inbox and was faster.
  func take(_ records: [Record]) async throws -> [TopicPartition: Int64] {
    try await database.transaction { transaction in
      var next: [TopicPartition: Int64] = [:]
      for record in records {
        let place = TopicPartition(topic: record.topic, partition: record.partition)
        let moved = try await transaction.execute(
          """
          UPDATE position SET next = \(record.offset + 1)
          WHERE topic = \(place.topic) AND partition = \(place.partition) AND next <= \(record.offset)
          """)
        guard moved == 1 else { throw Refusal(description: "another process reads into this inbox") }
        next[place] = record.offset + 1
        let message = try Message(record)
        try await transaction.execute(
          """
          INSERT INTO inbox (id, case_id, sequence, type, data)
          VALUES (\(message.id), \(message.subject), \(message.sequence), \(message.type), \(message.data))
          ON CONFLICT (id) DO NOTHING
          """)
      }
      return next
    }
  }

  /// Does what the inbox asks for: each message once, those of a case in their order.
  func work() async throws {
    let open = try await database.query(
      "SELECT id, case_id, sequence, type, data FROM inbox WHERE NOT done ORDER BY case_id, sequence")
    for row in open {
      let (id, subject, sequence): (UUID, String, Int64) = (try row["id"], try row["case_id"], try row["sequence"])
      let told = try JSONDecoder().decode(Told.self, from: Data(try row["data"] as [UInt8]))
      let type: String = try row["type"]
      try await database.transaction { transaction in
        // The place for the ministry's own work. What goes outside takes `id` as its Idempotency-Key.
        try await transaction.register(subject, told, by: type, sequence)
        try await transaction.execute("UPDATE inbox SET done = true WHERE id = \(id)")
      }
    }
  }
}

/// What the register needs of an event; whatever else is in it is passed over.
struct Told: Decodable, Sendable {
  let title: String
  /// When the case is due; nil also in what is told of the time of one milestone, by its number.
  let dueAt: String?

  private enum CodingKeys: CodingKey { case title, dueAt, milestone }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    title = try members.decode(String.self, forKey: .title)
    let isOfMilestone = (try? members.decode(Int.self, forKey: .milestone)) != nil
    dueAt = isOfMilestone ? nil : try members.decodeIfPresent(String.self, forKey: .dueAt)
  }
}

/// A CloudEvent in Kafka's binary mode.
private struct Message {
  let id: UUID
  let type: String
  let subject: String
  let sequence: Int64
  let data: [UInt8]

  init(_ record: Record) throws {
    func header(_ name: String) throws -> String {
      guard let value = record.headers.first(where: { $0.name == name })?.value else {
        throw Refusal(description: "offset \(record.offset) of \(record.topic)/\(record.partition) has no \(name)")
      }
      return String(decoding: value, as: UTF8.self)
    }
    guard let id = UUID(uuidString: try header("ce_id")), let sequence = Int64(try header("ce_sequence")),
      let data = record.value
    else { throw Refusal(description: "offset \(record.offset) of \(record.topic)/\(record.partition) is no event") }
    self.id = id
    self.sequence = sequence
    self.data = data
    type = try header("ce_type")
    subject = try header("ce_subject")
  }
}

extension Transaction {
  /// What the snapshot says holds, a due date that is no more included. The messages that come are still numbered on.
  fileprivate func overrule(_ found: Snapshot.Case) async throws {
    try await execute(
      """
      INSERT INTO register VALUES (\(found.id), \(found.title), \(found.dueAt), 'snapshot', 0)
      ON CONFLICT (case_id) DO UPDATE SET title = EXCLUDED.title, due = EXCLUDED.due, last_type = EXCLUDED.last_type
      """)
  }

  /// An entry of the register as the latest message of its case has it; one that names no due date leaves the one that is there.
  fileprivate func register(_ id: String, _ told: Told, by type: String, _ sequence: Int64) async throws {
    try await execute(
      """
      INSERT INTO register VALUES (\(id), \(told.title), \(told.dueAt), \(type), \(sequence))
      ON CONFLICT (case_id) DO UPDATE SET title = EXCLUDED.title, due = coalesce(EXCLUDED.due, register.due),
        last_type = EXCLUDED.last_type, last_sequence = EXCLUDED.last_sequence
      WHERE EXCLUDED.last_sequence > register.last_sequence
      """)
  }
}
