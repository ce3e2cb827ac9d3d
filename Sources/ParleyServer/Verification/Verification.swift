import ParleyCore
import ParleyLog
import ParleyModel
import ParleySQLite

/// Checks all that a data directory holds, and changes nothing of it.
///
/// 1. Each file is what it was written as: formats, checksums, entries, messages, state.
/// 2. The files fit each other: no entry and no message is missing.
/// 3. A start would succeed: the log's tail is applied to the archive's state, in memory.
package struct Verification {
  /// How far it is: which part, and how much of it, from 0 to 1.
  package typealias Progress = (_ part: String, _ done: Double) -> Void

  private let inspection: DataInspection
  private var report: VerificationReport
  private var faults: [DataFault] = []

  /// Throws ``VerificationError`` where there is nothing to look at.
  package static func run(
    _ path: String, progress: Progress
  ) throws(VerificationError) -> VerificationReport {
    do {
      var verification = Verification(try DataInspection(path: path))
      verification.check(progress)
      return verification.finish()
    } catch {
      switch error {
      case .inUse(let text): throw .inUse(text + "; stop the server first")
      case .full: throw .unreadable("there is no space on the disk")
      case .failed(let text), .damaged(let text), .newer(let text): throw .unreadable(text)
      }
    }
  }

  private init(_ inspection: DataInspection) {
    self.inspection = inspection
    self.report = VerificationReport(directory: inspection.path)
  }

  private mutating func check(_ progress: Progress) {
    guard !self.inspection.isEmpty else {
      self.report.verdict = .empty
      return
    }
    do {
      self.report.format = try self.inspection.format()
    } catch {
      self.faults.append(error)
      // Of a newer format nothing else is known.
      guard !error.isNewer else { return }
    }
    let archive = ArchiveCheck(path: self.inspection.archivePath, progress: progress)
    self.faults += archive.faults
    self.report.archive = Self.summary(of: archive)
    self.checkLog(on: archive, progress)
  }

  /// Reads the log; where nothing is wrong so far, applies its tail to the archive's state.
  private mutating func checkLog(on archive: ArchiveCheck, _ progress: Progress) {
    var start: Start? = nil
    if let loaded = archive.loaded, archive.faults.isEmpty { start = Start(loaded) }
    let log = LogCheck(directory: self.inspection.logPath) { done, all in
      progress("the log", Double(done) / Double(max(all, 1)))
    } _: { entry in
      start?.apply(entry)
    }
    self.faults += log.faults
    self.report.log = VerificationReport.Log(
      segments: log.segments, bytes: log.bytes, entries: log.entries, start: log.start.number,
      end: log.end.number, tornBytes: log.tornBytes)
    guard log.segments > 0, let offset = archive.loaded?.offset else { return }
    if offset < log.start {
      self.faults.append(
        DataFault(
          file: self.inspection.logPath,
          text: "entries \(offset.number) to \(log.start.number - 1) are missing: they are "
            + "neither in the log nor in the archive"))
    }
    if offset > log.end, log.faults.isEmpty {
      self.faults.append(
        DataFault(
          file: self.inspection.logPath,
          text: "it ends before entry \(log.end.number), but the archive has all below entry "
            + "\(offset.number)"))
    }
    guard self.faults.isEmpty, let start else { return }
    self.report.replayed = start.count
  }

  /// What a start does with the log, but for writing.
  private struct Start {
    private var conversation: LoadedConversation
    private var effects = Effects()
    private var next: LogOffset
    private(set) var count: UInt64 = 0

    init(_ loaded: LoadedState) {
      self.conversation = LoadedConversation(loaded)
      self.next = loaded.offset
    }

    mutating func apply(_ entry: Entry) {
      guard entry.offset == self.next else { return }
      self.conversation.value.apply(entry, into: &self.effects)
      if self.count % 1_024 == 0 { self.conversation.value.drainState(into: &self.effects) }
      self.effects.removeAll()
      self.next = LogOffset(entry.offset.number + 1)
      self.count += 1
    }
  }

  /// A conversation has one owner.
  private final class LoadedConversation {
    var value: Conversation

    init(_ loaded: LoadedState) {
      self.value = Conversation(loading: loaded)
    }
  }

  private static func summary(of archive: ArchiveCheck) -> VerificationReport.Archive {
    let counts = archive.counts
    return VerificationReport.Archive(
      bytes: counts.bytes, offset: archive.loaded?.offset.number ?? 0, rooms: counts.rooms,
      directConversations: counts.directs, participants: counts.participants,
      members: counts.members, messages: counts.messages, posts: counts.posts,
      removed: counts.removed, audited: counts.audited, events: counts.events,
      notIndexed: counts.unindexed)
  }

  private consuming func finish() -> VerificationReport {
    guard !self.faults.isEmpty else { return self.report }
    self.report.verdict = self.faults.contains { !$0.isNewer } ? .damaged : .newer
    let isLogWhole =
      self.report.log?.start == 0 && (self.report.log?.entries ?? 0) > 0
      && !self.faults.contains { $0.file.hasPrefix(self.inspection.logPath) }
    self.report.faults = self.faults.map { fault in
      let isOfArchive = fault.file == self.inspection.archivePath
      return VerificationReport.Fault(
        file: fault.file, problem: fault.text,
        remedy: fault.isNewer
          ? "use the release that wrote it, or a later one"
          : isOfArchive && isLogWhole
            ? "move archive.sqlite (and archive.sqlite-wal, -shm) away: the log has everything, "
              + "and the next start makes it again from there"
            : "restore the data directory from a backup, and keep this one until that works")
    }
    return self.report
  }
}

/// Why a data directory could not be looked at; the text is for the operator.
package enum VerificationError: Error, Hashable, Sendable {
  /// A server uses it.
  case inUse(String)
  case unreadable(String)
}
