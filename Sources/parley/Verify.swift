import ArgumentParser
import Foundation
import ParleyServer

/// `parley verify`: checks a data directory and says what is in it.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a data directory, say what is in it, and change nothing.",
    discussion: """
      No server may use the directory meanwhile. Ends with 0 where everything is sound, 65 where \
      something is damaged or was written by a newer release, 66 where there is no such \
      directory, and 69 where a server uses it.
      """)

  @Option(help: "The data directory, as for parley serve.")
  var data = ServerConfiguration().dataDirectory

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let progress = ProgressLine()
    let report: VerificationReport
    do throws(VerificationError) {
      report = try Verification.run(self.data) { progress.show($0, $1) }
    } catch {
      progress.clear()
      switch error {
      case .inUse(let text):
        Self.complain(text)
        throw ExitCode(EX_UNAVAILABLE)
      case .unreadable(let text):
        Self.complain(text)
        throw ExitCode(EX_NOINPUT)
      }
    }
    progress.clear()
    print(self.json ? try report.json() : report.text())
    if !report.isSound { throw ExitCode(EX_DATAERR) }
  }

  private static func complain(_ text: String) {
    FileHandle.standardError.write(Data("parley: \(text)\n".utf8))
  }
}

/// One line on a terminal's standard error that says how far something is; nothing elsewhere.
private final class ProgressLine {
  private let isShown = isatty(STDERR_FILENO) == 1
  /// What is done sooner needs no word.
  private var next = ContinuousClock.now + .seconds(1)
  private var hasShown = false

  func show(_ part: String, _ done: Double) {
    guard self.isShown, ContinuousClock.now >= self.next else { return }
    self.next = ContinuousClock.now + .milliseconds(200)
    self.hasShown = true
    self.write("\r\u{1B}[Kchecking \(part): \(Int(done * 100)) %")
  }

  func clear() {
    if self.hasShown { self.write("\r\u{1B}[K") }
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
