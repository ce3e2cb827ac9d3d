import Glibc
import NIOConcurrencyHelpers

/// The certificate that new connections are shown, replaced when its files change.
///
/// Connections keep the one that they began with. The lock is taken once per handshake and per
/// look at the files.
package final class CertificateStore: Sendable {
  /// What tells one state of a file from another.
  private struct Stamp: Hashable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    var seconds: Int64
    var nanoseconds: Int64

    /// Nil where there is no such file; links are followed.
    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      self.device = UInt64(status.st_dev)
      self.inode = UInt64(status.st_ino)
      self.size = Int64(status.st_size)
      self.seconds = Int64(status.st_mtim.tv_sec)
      self.nanoseconds = Int64(status.st_mtim.tv_nsec)
    }
  }

  private struct State {
    var loaded: LoadedCertificate
    /// The files as they were when they were last read, whatever came of it.
    var read: [Stamp?]
    /// The files as they were at the last look.
    var seen: [Stamp?]
  }

  package let files: CertificateFiles
  private let state: NIOLockedValueBox<State>

  /// Reads the files.
  ///
  /// Blocking, as are the other calls: not for event loops.
  package init(_ files: CertificateFiles) throws(CertificateFault) {
    self.files = files
    let stamps = Self.stamps(files)
    let loaded = try files.load(now: Self.now)
    self.state = NIOLockedValueBox(State(loaded: loaded, read: stamps, seen: stamps))
  }

  /// What new connections are shown.
  package var current: LoadedCertificate { self.state.withLockedValue { $0.loaded } }

  /// Looks at the files; true when they have changed and have then been the same for two looks, as
  /// they are seldom written both at once.
  package func haveChanged() -> Bool {
    let stamps = Self.stamps(self.files)
    return self.state.withLockedValue { state in
      defer { state.seen = stamps }
      return stamps != state.read && stamps == state.seen
    }
  }

  /// Reads the files again; where they are no good the old certificate stays.
  package func reload() throws(CertificateFault) -> LoadedCertificate {
    let stamps = Self.stamps(self.files)
    self.state.withLockedValue {
      $0.read = stamps
      $0.seen = stamps
    }
    let loaded = try self.files.load(now: Self.now)
    self.state.withLockedValue { $0.loaded = loaded }
    return loaded
  }

  /// What to tell the operator where the certificate ends soon, or has ended.
  package func ending() -> String? {
    let end = self.current.validThrough
    guard end - Self.now < CertificateFiles.warningSeconds else { return nil }
    let text = CertificateFiles.text(of: end)
    return "\(self.files.certificate): \(end < Self.now ? "ended" : "ends") on \(text): renew it"
  }

  private static func stamps(_ files: CertificateFiles) -> [Stamp?] {
    [Stamp(files.certificate), Stamp(files.key)]
  }

  private static var now: Int64 { Int64(time(nil)) }
}
