// swift-tools-version: 6.2
import PackageDescription

/// One array for all targets: Swift 6 with the stricter checks, and warnings that fail the build.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
  // Places at which a test may kill a process; a build for use has none.
  .define("FAIL_POINTS", .when(configuration: .debug)),
]

/// A C library of Debian, described by the module map in its folder.
func systemLibrary(_ name: String, pkgConfig: String, package: String) -> Target {
  .systemLibrary(name: name, path: "Shared/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

func shared(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Shared/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

/// A service: a library that tests can reach, and an executable of a few lines.
struct Service {
  let executable: String
  let library: String
  /// What the library needs beside ServiceKit.
  var dependencies: [Target.Dependency] = []

  var targets: [Target] {
    let kit: [Target.Dependency] = [
      "Contracts", "Crypto", "FailPoints", "HTTPClient", "HTTPServer", "Kafka", "Postgres", "ServiceKit", "Threading",
    ]
    return [
      .target(
        name: library, dependencies: kit + dependencies, path: "Services/\(library)", exclude: ["Main", "README.md"],
        swiftSettings: settings),
      .executableTarget(
        name: "\(library)Main", dependencies: [.byName(name: library), "ServiceKit"],
        path: "Services/\(library)/Main", swiftSettings: settings),
    ]
  }
}

let services = [
  Service(executable: "intake", library: "Intake", dependencies: ["CZlib"]),
  Service(executable: "notification", library: "Notification"),
  Service(executable: "portal", library: "Portal"),
  Service(executable: "moderation", library: "Moderation"),
  Service(executable: "referral", library: "Referral"),
  Service(executable: "voting", library: "Voting"),
  Service(executable: "vote-counter", library: "VoteCounter", dependencies: ["Voting"]),
  Service(
    executable: "forumctl", library: "Forumctl",
    dependencies: ["CGlibc", "CZlib", "Intake", "Moderation", "Notification", "Portal", "Referral", "Voting"]),
]

let package = Package(
  name: "citizen-forum",
  products: services.map { .executable(name: $0.executable, targets: ["\($0.library)Main"]) } + [
    .executable(name: "ministry-consumer", targets: ["MinistryConsumer"])
  ],
  targets: [
    systemLibrary("CLibevent", pkgConfig: "libevent", package: "libevent-dev"),
    systemLibrary("CLibrdkafka", pkgConfig: "rdkafka", package: "librdkafka-dev"),
    systemLibrary("CLibpq", pkgConfig: "libpq", package: "libpq-dev"),
    systemLibrary("COpenSSL", pkgConfig: "libssl", package: "libssl-dev"),
    systemLibrary("CLibcurl", pkgConfig: "libcurl", package: "libcurl4-openssl-dev"),
    // Headers of libc6-dev that Swift's Glibc leaves out.
    .systemLibrary(name: "CGlibc", path: "Shared/CGlibc"),
    systemLibrary("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),

    shared("FailPoints"),
    shared("Threading"),
    shared("Crypto", ["COpenSSL"]),
    shared("Kafka", ["CLibrdkafka", "COpenSSL", "Threading"]),
    shared("Postgres", ["CLibpq", "FailPoints", "Threading"]),
    shared("HTTPServer", ["CGlibc", "CLibevent"]),
    shared("HTTPClient", ["CLibcurl", "Threading"]),
    shared("Contracts", ["Crypto"]),
    shared(
      "ServiceKit",
      [
        "CGlibc", "Contracts", "Crypto", "FailPoints", "HTTPServer", "HTTPClient", "Kafka", "Postgres", "Threading",
      ]),

    .executableTarget(
      name: "MinistryConsumer", dependencies: ["HTTPClient", "Kafka", "Postgres"], path: "Examples/MinistryConsumer",
      exclude: ["README.md"], swiftSettings: settings),

    tests(
      "Unit",
      [
        "CZlib", "Contracts", "Crypto", "Forumctl", "HTTPClient", "HTTPServer", "Intake", "Kafka", "Moderation",
        "Notification", "Portal", "Postgres", "Referral", "ServiceKit", "Threading", "VoteCounter", "Voting",
      ]),
    tests("Broker", ["Kafka", "CLibrdkafka"]),
    tests(
      "Integration",
      [
        "Contracts", "Crypto", "HTTPClient", "HTTPServer", "Intake", "Kafka", "Moderation", "Notification", "Portal",
        "Postgres", "Referral", "ServiceKit", "VoteCounter", "Voting",
      ]),
  ] + services.flatMap(\.targets),
  swiftLanguageModes: [.v6]
)
