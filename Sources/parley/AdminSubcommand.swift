import ArgumentParser
import Foundation
import ParleyAdminDoor
import ParleyServer

/// A subcommand of `parley admin` that has a running server do something: what it asks, and what
/// is printed of the answer.
protocol AdminSubcommand: ParsableCommand {
  var server: AdminServerOptions { get }

  /// What is asked; may ask for a password first.
  func request() throws -> AdminRequest

  /// What is printed of an answer where no JSON is asked for.
  func text(of answer: AdminAnswer) -> String
}

extension AdminSubcommand {
  func text(of answer: AdminAnswer) -> String { answer.text }

  func run() throws {
    do throws(AdminFailure) {
      // Before a password is asked for in vain.
      try AdminConnection.check(self.server.path)
    } catch {
      throw error.exit
    }
    let request = try self.request()
    let (line, answer): (String, AdminAnswer)
    do throws(AdminFailure) {
      (line, answer) = try AdminConnection.ask(request, at: self.server.path)
    } catch {
      throw error.exit
    }
    guard case .refused(let code, let text) = answer else {
      return print(self.server.json ? line : self.text(of: answer))
    }
    if self.server.json { print(line) } else { AdminFailure.complain("\(code): \(text)") }
    throw ExitCode.failure
  }
}

/// Which server it is, and how its answer is printed.
struct AdminServerOptions: ParsableArguments {
  @Option(help: "The server's data directory, as for parley serve.")
  var data = ServerConfiguration().dataDirectory

  @Option(help: "The server's Unix socket, where it is not parley.sock in its data directory.")
  var socket: String?

  @Flag(help: "Print the answer as JSON.")
  var json = false

  var path: String { self.socket ?? "\(self.data)/parley.sock" }
}

/// Why nothing was done, in the operator's words.
struct AdminFailure: Error {
  var text: String
  var code = EX_UNAVAILABLE
  /// Whether line mode's greeting came in the place of an answer.
  var isGreeting = false

  /// Says it, and is what the program ends with.
  var exit: ExitCode {
    Self.complain(self.text)
    return ExitCode(self.code)
  }

  static func complain(_ text: String) {
    FileHandle.standardError.write(Data("parley: \(text)\n".utf8))
  }
}
