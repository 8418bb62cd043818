import FoundationEssentials
import Glibc

// A ministry's consumer: every case that the ministry is put in charge of becomes exactly one entry of its register.
// What makes it safe stands in README.md beside this file. The Python example in deploy/examples does the same.
do {
  try await MinistryConsumer(environment: ProcessInfo.processInfo.environment).run()
} catch {
  let text = Array("ministry-consumer: \(error)\n".utf8)
  _ = write(STDERR_FILENO, text, text.count)
  exit(1)
}
