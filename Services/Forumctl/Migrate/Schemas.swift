import Intake
import Moderation
import Notification
import Portal
import Postgres
import Referral
import Voting

/// A schema, who uses it and what builds it.
struct Schema: Sendable {
  let name: String
  /// The roles that log in for the services standing on it.
  let roles: [String]
  let migrations: [Migration]
  /// The rights of the roles; nil: its one role may read and write all tables.
  var grants: String?

  /// A service's library is one line here (and its import above).
  static let all: [Schema] = [
    Schema(name: "intake", roles: ["forum_intake"], migrations: Intake.Migrations.all),
    Schema(name: "moderation", roles: ["forum_moderation"], migrations: Moderation.Migrations.all),
    Schema(
      name: "voting", roles: ["forum_voting", "forum_vote_counter"], migrations: Voting.Migrations.all,
      grants: Voting.Migrations.grants),
    Schema(name: "referral", roles: ["forum_referral"], migrations: Referral.Migrations.all),
    Schema(name: "notification", roles: ["forum_notification"], migrations: Notification.Migrations.all),
    Schema(name: "portal", roles: ["forum_portal"], migrations: Portal.Migrations.all),
  ]

  /// The login roles of all services.
  static let roles = [
    "forum_intake", "forum_moderation", "forum_voting", "forum_vote_counter", "forum_referral", "forum_notification",
    "forum_portal",
  ]
}
