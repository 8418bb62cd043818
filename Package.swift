// swift-tools-version: 6.2
import PackageDescription

/// One array for all targets: Swift 6 with the stricter checks, and warnings that fail the build.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
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

let package = Package(
  name: "citizen-forum",
  targets: [
    systemLibrary("CLibevent", pkgConfig: "libevent", package: "libevent-dev"),
    systemLibrary("CLibrdkafka", pkgConfig: "rdkafka", package: "librdkafka-dev"),
    systemLibrary("CLibpq", pkgConfig: "libpq", package: "libpq-dev"),
    systemLibrary("COpenSSL", pkgConfig: "libcrypto", package: "libssl-dev"),
    systemLibrary("CLibcurl", pkgConfig: "libcurl", package: "libcurl4-openssl-dev"),
    systemLibrary("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),

    shared("Threading"),
    shared("Crypto", ["COpenSSL"]),
    shared("Kafka", ["CLibrdkafka", "Threading"]),
    shared("Postgres", ["CLibpq", "Threading"]),
    shared("HTTPServer", ["CLibevent"]),
    shared("HTTPClient", ["CLibcurl", "Threading"]),
    shared("Contracts"),
    shared("ServiceKit", ["Contracts", "Crypto", "HTTPServer", "HTTPClient", "Kafka", "Postgres", "Threading"]),

    tests("Unit", ["Contracts", "Crypto", "HTTPClient", "HTTPServer", "Postgres", "ServiceKit", "Threading"]),
    tests("Broker", ["Kafka", "CLibrdkafka"]),
    tests("Integration", ["Contracts", "Crypto", "HTTPClient", "HTTPServer", "Kafka", "Postgres", "ServiceKit"]),
  ],
  swiftLanguageModes: [.v6]
)
