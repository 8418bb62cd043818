import Contracts
import Kafka
import ServiceKit

private let discussion = """
  NAME is a ministry's short name, such as molit. Needs Kafka in KRaft mode with an authorizer and a listener for SCRAM. Run it
  as a super user who logs in with SASL PLAIN, or on a listener without log-in; FORUM_KAFKA_* say where.
  """

let addMinistryCommand = Command(
  form: CommandLineForm(
    command: "ministry add",
    overview: "Lets a ministry read its own topic of referrals, and prints the settings of its clients.",
    discussion: discussion + """

      Makes what is missing: the topic, a user ministry-NAME (SCRAM-SHA-512) with a password of its own, its permissions (that
      topic, and consumer groups that begin with ministry-NAME.) and its quota. Run again, it says what was there and changes
      nothing else: a quota that was agreed stays until an option asks for another. A password is shown once.
      """,
    positionals: [.init(name: "name", help: "the ministry's short name")],
    options: [
      .flag("rotate", "give the user a new password; the old one stops to open new connections"),
      .value("password-file", "file", "write a new password there (mode 0600; must not exist), not to the output"),
      .value(
        "external", "host:port",
        "the listener outside, for the settings; otherwise FORUM_KAFKA_EXTERNAL (default: 127.0.0.1:9094)"),
      .value(
        "bytes-per-second", "n",
        "quota: bytes a second that each broker sends; otherwise what is there (at first: 2097152)"),
      .value(
        "request-percentage", "n",
        "quota: percent of one thread of each broker; otherwise what is there (at first: 25)"),
    ])
) { arguments in
  let access = MinistryAccess(ministry: try ministry(arguments))
  let bytesPerSecond = try arguments.value("bytes-per-second", in: 1_024...1_073_741_824)
  let requestPercentage = try arguments.value("request-percentage", in: 1...10_000)
  let environment = CommandEnvironment.current
  let external = arguments.text("external") ?? environment.values["FORUM_KAFKA_EXTERNAL"] ?? "127.0.0.1:9094"
  var settings = environment.settings
  let configuration = try BrokerConfiguration(&settings)
  let copies = try copies(&settings, default: 1)
  return try await withAdmin(configuration) { admin in
    let office = MinistryOffice(admin: admin, users: UserAdmin(configuration.client("forumctl")))
    // The user last: there is no moment at which it could log in without limits.
    print("topic: \(try await office.makeTopic(of: access, copies: copies))")
    let change = try await office.permit(access)
    print("access: \(change.text)")
    change.warn()
    let quota = try await office.setQuota(
      bytesPerSecond: bytesPerSecond, requestPercentage: requestPercentage, for: access)
    print("quota: \(quota)")
    let file = PasswordFile(path: arguments.text("password-file"))
    if let password = try await office.makeUser(of: access, rotate: arguments.has("rotate"), file) {
      print("user: \(access.user) has a new password")
      print(file.text(password))
    } else {
      print("user: \(access.user) is there already, its password unchanged")
    }
    print("\n" + ClientSettings(access: access, external: external).text)
    return 0
  }
}

let listMinistriesCommand = Command(
  form: CommandLineForm(
    command: "ministry list", overview: "Prints what each ministry has in Kafka, a line each.",
    discussion: "Exit code 1 if a user lacks something, or may do more than it should; run ministry add NAME.")
) { _ in
  var settings = CommandEnvironment.current.settings
  let configuration = try BrokerConfiguration(&settings)
  return try await withAdmin(configuration) { admin in
    let office = MinistryOffice(admin: admin, users: UserAdmin(configuration.client("forumctl")))
    var isWhole = true
    for ministry in Ministry.all {
      let status = try await office.status(of: MinistryAccess(ministry: ministry))
      isWhole = isWhole && status.isWhole
      print(status.row)
    }
    return isWhole ? 0 : 1
  }
}

let removeMinistryCommand = Command(
  form: CommandLineForm(
    command: "ministry remove",
    overview: "Takes a ministry's user, permissions and quota away. Its topic stays.",
    discussion: discussion,
    positionals: [.init(name: "name", help: "the ministry's short name")])
) { arguments in
  let access = MinistryAccess(ministry: try ministry(arguments))
  var settings = CommandEnvironment.current.settings
  let configuration = try BrokerConfiguration(&settings)
  return try await withAdmin(configuration) { admin in
    let office = MinistryOffice(admin: admin, users: UserAdmin(configuration.client("forumctl")))
    print(try await office.remove(access) ? "\(access.user): removed" : "\(access.user): was not there")
    return 0
  }
}

private func ministry(_ arguments: Arguments) throws(UsageError) -> Ministry {
  let name = arguments.positionals.first ?? ""
  guard let ministry = Ministry.named(name) else {
    let known = Ministry.all.map(\.slug).joined(separator: ", ")
    throw UsageError("The value '\(name)' is invalid for '<name>': one of \(known)")
  }
  return ministry
}
