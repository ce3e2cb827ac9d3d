import Foundation

/// What a data directory holds and what is wrong with it, for people or as JSON.
package struct VerificationReport: Encodable, Sendable {
  package struct Fault: Encodable, Sendable {
    package var file: String
    package var problem: String
    package var remedy: String
  }

  package struct Log: Encodable, Sendable {
    package var segments = 0
    package var bytes = 0
    package var entries: UInt64 = 0
    /// The first entry that is there, and the one after the last.
    package var start: UInt64 = 0
    package var end: UInt64 = 0
    /// Of an append that was cut short; the next start drops them.
    package var tornBytes = 0
  }

  package struct Archive: Encodable, Sendable {
    package var bytes = 0
    /// Everything below this entry of the log is in it.
    package var offset: UInt64 = 0
    package var rooms = 0
    package var directConversations = 0
    package var participants = 0
    package var members = 0
    package var messages: UInt64 = 0
    package var posts: UInt64 = 0
    package var removed: UInt64 = 0
    package var audited: UInt64 = 0
    package var events: UInt64 = 0
    package var notIndexed: UInt64 = 0
  }

  package enum Verdict: String, Encodable, Sendable {
    case sound, empty, damaged
    /// A newer release wrote it.
    case newer
  }

  package var directory: String
  package var verdict = Verdict.sound
  package var format: Int?
  package var log: Log?
  package var archive: Archive?
  /// Entries of the log that a start applies on top of the archive.
  package var replayed: UInt64?
  package var faults: [Fault] = []

  package var isSound: Bool { self.verdict == .sound || self.verdict == .empty }

  /// One object, its keys in their order, on one line.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// For people, in lines.
  package func text() -> String {
    var lines = [self.directory + (self.format.map { ": format \($0)" } ?? "")]
    if let log = self.log {
      lines.append(
        "  log: \(Self.count(log.segments, "segment", "segments")) of \(Self.size(log.bytes)), "
          + (log.entries == 0
            ? "no entries"
            : Self.count(log.entries, "entry", "entries")
              + ", from \(log.start) to \(log.end - 1)"))
      if log.tornBytes > 0 {
        lines.append(
          "    \(log.tornBytes) bytes of an append that was cut short, dropped at the next start; "
            + "it was never acknowledged")
      }
    }
    if let archive = self.archive {
      lines += self.lines(of: archive)
    }
    if let replayed = self.replayed {
      lines.append(
        "  start: \(Self.count(replayed, "entry", "entries")) of the log applied on top of it")
    }
    for fault in self.faults {
      lines.append("\(fault.file): \(fault.problem)")
      lines.append("  \(fault.remedy)")
    }
    lines.append(self.lastLine)
    return lines.joined(separator: "\n")
  }

  private func lines(of archive: Archive) -> [String] {
    var lines = [
      "  archive: \(Self.size(archive.bytes)), "
        + (archive.offset == 0
          ? "nothing of the log yet" : "everything below entry \(archive.offset)"),
      "    \(Self.count(archive.rooms, "room", "rooms")), "
        + Self.count(
          archive.directConversations, "direct conversation", "direct conversations")
        + ", \(Self.count(archive.participants, "participant", "participants")), "
        + Self.count(archive.members, "membership", "memberships"),
      "    \(Self.count(archive.messages, "message", "messages")) "
        + "(\(Self.count(archive.posts, "post", "posts")), \(archive.removed) removed), "
        + Self.count(archive.events, "other event", "other events"),
    ]
    if archive.audited > 0 {
      lines.append(
        "    \(Self.count(archive.audited, "entry", "entries")) of what operators and "
          + "administrators did")
    }
    if archive.notIndexed > 0 {
      lines.append(
        "    \(Self.count(archive.notIndexed, "message", "messages")) not in the search index "
          + "yet, which searches look at one by one")
    }
    return lines
  }

  private var lastLine: String {
    switch self.verdict {
    case .sound: "sound"
    case .empty: "sound: nothing is kept here yet"
    case .damaged: "damaged: \(Self.count(self.faults.count, "fault", "faults"))"
    case .newer: "written by a newer release"
    }
  }

  private static func count(_ number: some BinaryInteger, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }

  private static func size(_ bytes: Int) -> String {
    bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
  }
}
