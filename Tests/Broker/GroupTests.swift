import Kafka
import Testing

@Suite(.timeLimit(.minutes(1))) struct GroupTests {
  @Test func membersShareThePartitionsAndOneInheritsFromTheOther() async throws {
    let cluster = try MockCluster()
    try cluster.createTopic("events", partitions: 4)
    let producer = try Producer(cluster.configuration(), linger: 0)
    let all = Set((0..<4 as Range<Int32>).map { TopicPartition(topic: "events", partition: $0) })

    let one = try Member(cluster.configuration(), group: "g")
    let two = try Member(cluster.configuration(), group: "g")
    var (first, second) = (Member.Seen(), Member.Seen())
    try await one.consumer.subscribe(["events"])
    try await one.poll(&first) { $0.current == all }
    #expect(first.current == all)

    // Both must poll while the group rebalances.
    try await two.consumer.subscribe(["events"])
    for _ in 0..<150 where first.current.count != 2 || second.current.count != 2 {
      try await one.step(&first)
      try await two.step(&second)
    }
    #expect(first.current.union(second.current) == all)
    #expect(first.current.isDisjoint(with: second.current))
    // A slow machine may go through one more rebalance.
    #expect(first.revoked.first.map(Set.init) == all)

    for partition in 0..<4 as Range<Int32> {
      _ = try await producer.send(OutgoingRecord(topic: "events", partition: partition, key: nil, value: [1]))
    }
    for _ in 0..<150 where first.records.count < 2 || second.records.count < 2 {
      try await one.step(&first)
      try await two.step(&second)
    }
    #expect(Set(first.records.map { TopicPartition(topic: $0.topic, partition: $0.partition) }) == first.current)
    #expect(Set(second.records.map { TopicPartition(topic: $0.topic, partition: $0.partition) }) == second.current)
    try await one.consumer.commit([TopicPartition(topic: "events", partition: 0): 1])

    let start = ContinuousClock.now
    await one.consumer.close()
    #expect(ContinuousClock.now - start < .seconds(5))
    try await two.poll(&second) { $0.current == all }
    #expect(second.current == all)
    try await two.poll(&second) { Set($0.records.map(\.partition)).count == 4 }
    #expect(Set(second.records.map(\.partition)) == [0, 1, 2, 3])
    await two.consumer.close()
    await producer.close(flush: 1_000)
  }

  @Test func moreMembersThanPartitionsIsNoError() async throws {
    let cluster = try MockCluster()
    try cluster.createTopic("single", partitions: 1)
    let one = try Member(cluster.configuration(), group: "g")
    let two = try Member(cluster.configuration(), group: "g")
    var (first, second) = (Member.Seen(), Member.Seen())
    try await one.consumer.subscribe(["single"])
    try await two.consumer.subscribe(["single"])
    for _ in 0..<150
    where first.current.count + second.current.count != 1 || first.assigned.isEmpty || second.assigned.isEmpty {
      try await one.step(&first)
      try await two.step(&second)
    }
    #expect(first.current.count + second.current.count == 1)
    let (busy, spare) = first.current.isEmpty ? (two, one) : (one, two)
    var heir = first.current.isEmpty ? first : second
    await busy.consumer.close()
    try await spare.poll(&heir) { $0.current.count == 1 }
    #expect(heir.current.count == 1)
    await spare.consumer.close()
  }
}
