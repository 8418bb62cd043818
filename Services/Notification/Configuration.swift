import HTTPClient
public import ServiceKit

/// The settings of notification.
public struct NotificationConfiguration: ServiceConfiguration {
  let publicURL: String
  let mailServer: String
  let mailUser: String
  let mailPassword: String
  let mailFrom: String
  let linkKey: [UInt8]
  let digestHour: Int
  let webhookKey: [UInt8]
  let webhookAddresses: WebhookAddresses
  let webhooksPerOwner: Int
  let webhooksAtOnce: Int

  /// Reads the settings.
  public init(_ settings: inout Settings) throws(SettingsError) {
    publicURL = try settings.url(
      "FORUM_NOTIFICATION_PUBLIC_URL", default: "http://127.0.0.1:8080", "Mail: where people reach the portal")
    mailServer = try settings.string(
      "FORUM_NOTIFICATION_SMTP_URL", "Mail: server, smtp://host:port or smtps://host:port")
    mailUser = try settings.string("FORUM_NOTIFICATION_SMTP_USER", default: "", "Mail: user name at the server")
    mailPassword = try settings.secret(
      file: "FORUM_NOTIFICATION_SMTP_PASSWORD_FILE", default: "", "Mail: password at the server")
    mailFrom = try settings.string(
      "FORUM_NOTIFICATION_MAIL_FROM", default: "no-reply@forum.example", "Mail: the sender's address")
    linkKey = try settings.key(
      file: "FORUM_NOTIFICATION_LINK_KEY_FILE", "Mail: key that signs the links by which mail is stopped")
    digestHour = try settings.int(
      "FORUM_NOTIFICATION_DIGEST_HOUR", default: 8, in: 0...23, "Mail: hour in Korea at which digests are sent")
    webhookKey = try settings.key(
      file: "FORUM_NOTIFICATION_WEBHOOK_KEY_FILE", "Webhooks: key that their secrets are derived from")
    let networks = try settings.string(
      "FORUM_NOTIFICATION_WEBHOOK_NETWORKS", default: "",
      "Webhooks: networks allowed beside public addresses, also without TLS, like 10.1.0.0/16, separated by commas")
    webhooksPerOwner = try settings.int(
      "FORUM_NOTIFICATION_WEBHOOKS_PER_OWNER", default: 20, in: 1...1_000, "Webhooks: at most for one owner")
    webhooksAtOnce = try settings.int(
      "FORUM_NOTIFICATION_WEBHOOKS_AT_ONCE", default: 32, in: 1...1_000, "Webhooks: deliveries under way at once")
    do {
      webhookAddresses = try WebhookAddresses(
        networks: networks.split(separator: ",").map { String($0.filter { $0 != " " }) })
    } catch { throw SettingsError("FORUM_NOTIFICATION_WEBHOOK_NETWORKS: \(error.text) is no network") }
    guard mailServer.hasPrefix("smtp://") || mailServer.hasPrefix("smtps://") else {
      throw SettingsError("FORUM_NOTIFICATION_SMTP_URL is \(mailServer), not smtp://host:port or smtps://host:port")
    }
    guard MailMessage.isAddress(mailFrom) else {
      throw SettingsError("FORUM_NOTIFICATION_MAIL_FROM is \(mailFrom), not a mail address")
    }
  }
}
