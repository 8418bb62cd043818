import Contracts
import Crypto
import FoundationEssentials
import Glibc
import HTTPClient
import HTTPServer
import Kafka
import Postgres
import Synchronization
import Threading

/// The life of a service, the same for all: settings, log, connections, routes, consumers, jobs, and an orderly end.
public enum Service {
  /// Runs until SIGTERM or SIGINT; ends the process with status 0 after an orderly stop, else 1.
  ///
  /// Arguments: `--help` prints the settings; `healthcheck` asks the running process on this machine whether it is ready.
  public static func run<Definition: ServiceDefinition>(_: Definition.Type) async -> Never {
    Allocator.tune()
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.contains("--help") || arguments.contains("-h") {
      print(help(of: Definition.self))
      exit(0)
    }
    if arguments.first == "healthcheck" { await healthcheck() }
    guard arguments.isEmpty else {
      fail(
        "\(Definition.name): unknown argument \(arguments.joined(separator: " ")); settings come from the environment, see --help"
      )
    }
    signal(SIGPIPE, SIG_IGN)
    let stop = StopSignal()
    do {
      var settings = Settings(environment: ProcessInfo.processInfo.environment)
      let common = try CommonConfiguration(&settings)
      let own = try Definition.Configuration(&settings)
      try settings.refuseUnknown()
      let process = try await ServiceProcess<Definition>(common, own, shown: settings.declarations, stop: stop)
      try await process.run(until: stop)
      exit(0)
    } catch is CancellationError { exit(0) } catch {
      fail("\(Definition.name): \(error)")
    }
  }

  private static func help<Definition: ServiceDefinition>(of _: Definition.Type) -> String {
    var settings = Settings(environment: [:], describing: true)
    _ = try? CommonConfiguration(&settings)
    _ = try? Definition.Configuration(&settings)
    let lines = settings.declarations.map { declaration in
      let fallback = declaration.fallback.map { $0.isEmpty ? "" : " (default: \($0))" } ?? " (required)"
      return "  \(declaration.name)\n      \(declaration.help)\(fallback)"
    }
    return """
      USAGE: \(Definition.name) [healthcheck] [--help]

      Settings come from environment variables:
      \(lines.joined(separator: "\n"))
      """
  }

  private static func healthcheck() async -> Never {
    let port = ProcessInfo.processInfo.environment["FORUM_HTTP_PORT"] ?? "8080"
    let client = HTTPClient(connections: 1)
    let request = ClientRequest(
      method: "GET", url: "http://127.0.0.1:\(port)/readyz", headers: [], body: [], timeout: 2)
    let status = try? await client.send(request).status
    exit(status == 200 ? 0 : 1)
  }

  private static func fail(_ reason: String) -> Never {
    Log(service: "start", minimum: .info).error("cannot go on", ["reason": .string(reason)])
    exit(1)
  }
}

/// SIGTERM and SIGINT, as something that can be awaited.
///
/// By a handler and a pipe, not by blocked signals and `sigwait`: the main thread of a program with an asynchronous main
/// ends up waiting in libdispatch with an empty signal mask, so that a signal would reach it and end the process at once.
final class StopSignal: Sendable {
  private let stream: AsyncStream<Int32>
  private let received = Atomic<Bool>(false)

  /// Whether the process was told to stop.
  var isReceived: Bool { received.load(ordering: .relaxed) }

  init() {
    let (stream, continuation) = AsyncStream<Int32>.makeStream()
    self.stream = stream
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    let (reading, writing) = (ends[0], ends[1])
    stopPipe.store(writing, ordering: .relaxed)
    startThread(name: "signals") { [self] in
      var number: UInt8 = 0
      while true {
        let count = read(reading, &number, 1)
        if count == 1 {
          received.store(true, ordering: .relaxed)
          continuation.yield(Int32(number))
        } else if count == 0 || errno != EINTR {
          return
        }
      }
    }
    var action = sigaction()
    action.sa_flags = SA_RESTART
    // A handler may do next to nothing (signal-safety(7)); writing to a pipe is allowed.
    action.__sigaction_handler.sa_handler = { number in
      let before = errno
      var byte = UInt8(truncatingIfNeeded: number)
      _ = write(stopPipe.load(ordering: .relaxed), &byte, 1)
      errno = before
    }
    sigaction(SIGTERM, &action, nil)
    sigaction(SIGINT, &action, nil)
  }

  func wait() async -> Int32 {
    for await number in stream { return number }
    return SIGTERM
  }
}

/// The writing end of the pipe on which a signal becomes a byte: a handler can reach nothing but what is global.
private let stopPipe = Atomic<Int32>(-1)
