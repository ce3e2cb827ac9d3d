/// One step of a simulated run: so much time passes, then one thing happens.
///
/// A run is a list of steps, and any part of the list is a run, too: a step that means nothing at
/// its moment (a client that is not there types) does nothing. So a failing run can be made small.
package struct SimulationStep: Hashable, Sendable, CustomStringConvertible {
  package enum Action: Hashable, Sendable {
    // Clients, by their places.
    case connect(client: Int, loop: Int, name: String, echoes: Bool)
    /// With the token of that number, and what was heard over earlier connections of its.
    case comeBack(client: Int, loop: Int, tab: Int)
    /// Lines that arrive in one read.
    case type(client: Int, lines: [String])
    /// It takes nothing more; it takes again what it is sent.
    case stopReading(client: Int)
    /// It takes one of the writes that wait for it.
    case takeSome(client: Int)
    case resumeReading(client: Int)
    case vanish(client: Int)
    /// It ends its input and reads on.
    case endInput(client: Int)

    // The threads of the node.
    case sequence
    case runLoop(Int)
    case archive
    case read
    case sweep
    /// The time of the loops passes, too: timers run out.
    case wait(seconds: Int)

    // The disk.
    case fillDisk, freeDisk
    /// The next append fails, with the batch on disk or without it.
    case failAppend(isKept: Bool)
    case failArchiveWrite
    case failArchiveRead
    /// The process is killed, or the machine loses its power; a new process starts.
    case restart(losesPower: Bool)
  }

  package var microseconds: Int64
  package var action: Action

  package var description: String {
    switch self.action {
    case .connect(let client, let loop, let name, let echoes):
      "client \(client) connects on loop \(loop) as \(name)\(echoes ? "" : ", without echo")"
    case .comeBack(let client, let loop, let tab):
      "client \(client) comes back on loop \(loop) as tab \(tab)"
    case .type(let client, let lines):
      "client \(client) types "
        + lines.map { "\"" + $0.prefix(60) + ($0.count > 60 ? "…\"" : "\"") }
        .joined(separator: ", ")
    case .stopReading(let client): "client \(client) stops reading"
    case .takeSome(let client): "client \(client) takes some of what waits"
    case .resumeReading(let client): "client \(client) reads again"
    case .vanish(let client): "client \(client) vanishes"
    case .endInput(let client): "client \(client) ends its input"
    case .sequence: "the sequencer takes its turn"
    case .runLoop(let loop): "loop \(loop) runs"
    case .archive: "the archivist takes its turn"
    case .read: "the readers run"
    case .sweep: "the loops are swept"
    case .wait(let seconds): "\(seconds) s pass"
    case .fillDisk: "the disk is full"
    case .freeDisk: "the disk has space"
    case .failAppend(let isKept): "the next append fails, \(isKept ? "kept" : "not kept")"
    case .failArchiveWrite: "the archive's next write fails"
    case .failArchiveRead: "the archive's next read fails"
    case .restart(let losesPower):
      losesPower ? "the machine loses its power and starts" : "the process is killed and starts"
    }
  }
}

/// What contradicts a promise.
package struct SimulationFault: Error, CustomStringConvertible {
  /// Which promise; a run is made small as long as it breaks the same one.
  package enum Kind: String, Sendable, CaseIterable {
    /// A sequence, a position or a time is not the next one.
    case order
    /// A session was not shown exactly what its rooms were told and its own answers, in order.
    case delivery
    /// A command was not answered once and in order.
    case answer
    /// Somebody was shown what it may not see, or not all that it may.
    case window
    /// Something was shown or acknowledged that is not durable, or another text than the log's.
    case durability
    /// A command sent again with its nonce had another effect.
    case nonce
    /// Two hold one name.
    case name
    /// Who lost its connection did not find what it had when it came back, or was told of before.
    case place
    /// A bound was exceeded.
    case bound
    /// State that should be equal differs.
    case state
    /// The node cannot start from what is on disk.
    case start
  }

  package let kind: Kind
  package let text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  package var description: String { "\(self.kind): \(self.text)" }
}
