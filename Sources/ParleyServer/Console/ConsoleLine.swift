package import Logging

/// One line of the console, as what happened rather than as text.
package enum ConsoleLine: Sendable {
  case sessionConnected(number: UInt64, address: String, door: String, active: Int)
  case sessionClosed(number: UInt64, reason: String, active: Int)
  case message(room: String, sender: String, text: String)
  /// Where the data is and what was found there.
  case data(directory: String, found: String)
  /// How to reach this server with the programs that people have.
  case connect([String])
  /// Everything is up, and this is where.
  case ready(listeners: [String])
  /// The server about itself.
  case report(Logger.Level, String, [(name: String, value: String)])
  /// Lines that were lost because whoever reads the console is slow.
  case lost(Int)

  /// What the JSON form calls it.
  var event: String {
    switch self {
    case .sessionConnected: "session_connected"
    case .sessionClosed: "session_closed"
    case .message: "message"
    case .data: "data"
    case .connect: "connect"
    case .ready: "ready"
    case .report: "report"
    case .lost: "lost"
    }
  }

  /// What the line says, for people.
  var text: String {
    switch self {
    case .sessionConnected(let number, let address, let door, let active):
      "session \(number) connected from \(address) (\(door)) — \(active) active"
    case .sessionClosed(let number, let reason, let active):
      "session \(number) closed (\(reason)) — \(active) active"
    case .message(let room, let sender, let text):
      "[\(room)] \(sender): \(text)"
    case .data(let directory, let found):
      "data in \(directory): \(found)"
    case .connect(let commands):
      "connect with: " + commands.joined(separator: "  or  ")
    case .ready(let listeners):
      "ready on \(Setting.series(listeners, last: "and"))"
    case .report(let level, let text, let fields):
      fields.reduce("\(level): \(text)") { "\($0) \($1.name)=\($1.value)" }
    case .lost(let count):
      "warning: \(count) lines were lost here, because the console is read too slowly"
    }
  }

  /// The same for programs: each name with its value, in order.
  var fields: [(name: String, value: ConsoleValue)] {
    switch self {
    case .sessionConnected(let number, let address, let door, let active):
      [
        ("session", .number(Int64(clamping: number))), ("address", .text(address)),
        ("door", .text(door)), ("active", .number(Int64(active))),
      ]
    case .sessionClosed(let number, let reason, let active):
      [
        ("session", .number(Int64(clamping: number))), ("reason", .text(reason)),
        ("active", .number(Int64(active))),
      ]
    case .message(let room, let sender, let text):
      [("room", .text(room)), ("sender", .text(sender)), ("text", .text(text))]
    case .data(let directory, let found):
      [("directory", .text(directory)), ("found", .text(found))]
    case .connect(let commands):
      [("commands", .list(commands))]
    case .ready(let listeners):
      [("listeners", .list(listeners))]
    case .report(let level, let text, let fields):
      [("level", .text(level.rawValue)), ("text", .text(text))]
        + fields.map { ($0.name, .text($0.value)) }
    case .lost(let count):
      [("lines", .number(Int64(count)))]
    }
  }
}

/// What a field of a console line holds.
enum ConsoleValue {
  case number(Int64)
  case text(String)
  case list([String])
}
