/// The statements that a connection has prepared, by text and parameter types; the least recently used go first.
struct StatementCache {
  struct Key: Hashable {
    let sql: String
    let types: [UInt32]
  }

  private struct Entry {
    let name: String
    var lastUse: Int
  }

  private let capacity: Int
  private var entries: [Key: Entry] = [:]
  private var uses = 0
  private var names = 0

  init(capacity: Int = 256) { self.capacity = capacity }

  /// The name of a prepared statement, which becomes the most recently used.
  mutating func name(for key: Key) -> String? {
    guard let name = entries[key]?.name else { return nil }
    uses += 1
    entries[key]?.lastUse = uses
    return name
  }

  /// A name that this connection has not used yet: one that failed halfway may still exist on the server.
  mutating func newName() -> String {
    names += 1
    return "s\(names)"
  }

  mutating func insert(_ name: String, for key: Key) {
    uses += 1
    entries[key] = Entry(name: name, lastUse: uses)
  }

  /// Takes out the statement to be given up before another is prepared, if the cache is full.
  ///
  /// A search of a few hundred entries is nothing beside the round trip that follows.
  mutating func evictIfFull() -> String? {
    guard entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else {
      return nil
    }
    entries[oldest.key] = nil
    return oldest.value.name
  }

  mutating func removeAll() { entries.removeAll(keepingCapacity: true) }
}
