import Contracts
import Crypto
import FoundationEssentials
import ServiceKit

let tokenCommand = Command(
  form: CommandLineForm(
    command: "token",
    overview: "Prints signed access tokens for development, or the public key set that checks them.",
    options: [
      .value("role", "role", default: "citizen", "one or more of \(roleNames), separated by commas"),
      .value("subject", "subject", "who the token is for; with --count, a number is added"),
      .value("office", "ministry", "a ministry officer's ministry, such as moef"),
      .value("account-created", "date", "since when the provider has known the person, such as 2026-01-31"),
      .value("lifetime", "seconds", default: "600", "how long it is valid"),
      .value("count", "n", default: "1", "how many"),
      .value("key", "file", "private key in PEM; otherwise FORUM_TOKEN_SIGNING_KEY_FILE"),
      .flag("jwks", "print the public key set (RFC 7517) instead"),
    ])
) { arguments in
  let environment = CommandEnvironment.current
  if arguments.has("jwks") {
    let key = try Signer.key(arguments.text("key"), environment).publicKey
    print(String(decoding: JSONWebKeySet(keys: [Signer.keyID(of: key): key]).encode(), as: UTF8.self))
    return 0
  }
  let roles = (arguments.text("role") ?? "").split(separator: ",").map(String.init)
  guard !roles.isEmpty, roles.allSatisfy({ Role(rawValue: $0) != nil }) else {
    throw UsageError("The value '\(arguments.text("role") ?? "")' is invalid for '--role <role>': one of \(roleNames)")
  }
  guard let subject = arguments.text("subject") else {
    throw UsageError("Missing expected argument '--subject <subject>'")
  }
  let office = arguments.text("office")
  if let office, Ministry.named(office) == nil {
    let known = Ministry.all.map(\.slug).joined(separator: ", ")
    throw UsageError("The value '\(office)' is invalid for '--office <ministry>': one of \(known)")
  }
  let created = try arguments.text("account-created").map { text throws(UsageError) in
    guard let date = JSON.date("\(text)T00:00:00Z") else {
      throw UsageError("The value '\(text)' is invalid for '--account-created <date>': a day such as 2026-01-31")
    }
    return Int(date.timeIntervalSince1970)
  }
  let lifetime = try arguments.value("lifetime", in: 1...31_536_000, or: 600)
  let count = try arguments.value("count", in: 1...10_000_000, or: 1)
  let signer = try Signer(keyFile: arguments.text("key"), environment: environment)
  for number in 0..<count {
    let name = count == 1 ? subject : "\(subject)-\(number)"
    print(try signer.token(subject: name, roles: roles, office: office, accountCreated: created, lifetime: lifetime))
  }
  return 0
}

private let roleNames = Role.allCases.map(\.rawValue).joined(separator: ", ")
