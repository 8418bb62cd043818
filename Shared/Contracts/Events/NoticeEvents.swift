public import FoundationEssentials

/// What everybody is told of the Forum as a whole, not of one proposal: what moderation publishes on `forum.notices`.
///
/// A notice holds from one event to the next of the same subject, so whoever keeps the last one of each knows what holds.
public enum NoticeEvent: EventFamily {
  case reviewDelayed(ReviewDelayed)
  case reviewOnTime(ReviewOnTime)

  /// `forum.notices`.
  public static let topic = Topics.notices
  /// How each type is read.
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(ReviewDelayed.self, Self.reviewDelayed),
    EventDecoder(ReviewOnTime.self, Self.reviewOnTime),
  ]
}

extension NoticeID {
  /// How long proposals wait for their review.
  public static let reviewDelay = NoticeID(
    UUID(uuid: (0x6b, 0x1d, 0xe1, 0xa7, 0x52, 0x9c, 0x4f, 0x0e, 0x9a, 0x41, 0x0c, 0x3d, 0x77, 0x18, 0xe2, 0x5b)))
}

/// Half of the proposals that wait for their review have waited longer than the target; it holds until `ReviewOnTime`.
public struct ReviewDelayed: Event, Equatable {
  /// One of the events of `NoticeEvent`.
  public typealias Family = NoticeEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.review.delayed.v1"
  /// Always `NoticeID.reviewDelay`: key of the record.
  public var subject: UUID { NoticeID.reviewDelay.uuid }

  /// Proposals that waited then.
  public var waiting: Int
  /// Whole days that half of them had waited at least.
  public var medianDays: Int
  /// Days within which the Support Unit means to answer.
  public var targetDays: Int
  /// When it was noticed.
  public var noticedAt: Date

  /// An event of these members.
  public init(waiting: Int, medianDays: Int, targetDays: Int, noticedAt: Date) {
    self.waiting = waiting
    self.medianDays = medianDays
    self.targetDays = targetDays
    self.noticedAt = noticedAt
  }
}

/// Reviews take no longer than the target any more.
public struct ReviewOnTime: Event, Equatable {
  /// One of the events of `NoticeEvent`.
  public typealias Family = NoticeEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.review.on-time.v1"
  /// Always `NoticeID.reviewDelay`: key of the record.
  public var subject: UUID { NoticeID.reviewDelay.uuid }

  /// Proposals that wait.
  public var waiting: Int
  /// Whole days that half of them have waited at least; nought when none waits.
  public var medianDays: Int
  /// Days within which the Support Unit means to answer.
  public var targetDays: Int
  /// When it was noticed.
  public var noticedAt: Date

  /// An event of these members.
  public init(waiting: Int, medianDays: Int, targetDays: Int, noticedAt: Date) {
    self.waiting = waiting
    self.medianDays = medianDays
    self.targetDays = targetDays
    self.noticedAt = noticedAt
  }
}
