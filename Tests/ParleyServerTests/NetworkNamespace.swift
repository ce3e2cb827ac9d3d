import Glibc
import ParleyTesting

/// A second machine, as far as the network is concerned: a network namespace with a wire to this
/// one, whose packets can be made to vanish.
///
/// Needs root and a kernel that permits it (``isPermitted``); `ip` (iproute2) does the work.
final class NetworkNamespace {
  private let name: String
  /// This side's address.
  let hostAddress: String

  /// Whether a namespace can be made here; tried once.
  static let isPermitted: Bool = {
    guard getuid() == 0 else { return false }
    do {
      _ = try NetworkNamespace(number: 255)
      return true
    } catch {
      return false
    }
  }()

  /// - Parameter number: 0 to 255, its own for each namespace that lives at one time.
  /// - Throws: ``TalkFailure`` where that is not permitted.
  init(number: Int) throws {
    self.name = "parley\(getpid())n\(number)"
    // Names and addresses of this process, whatever one that was killed has left behind.
    let network = "10.\(64 + getpid() % 128).\(number)"
    self.hostAddress = "\(network).1"
    let (ours, its) = ("p\(getpid())n\(number)h", "p\(getpid())n\(number)p")
    try Self.ip("netns add \(self.name)")
    try Self.ip("link add \(ours) type veth peer name \(its) netns \(self.name)")
    try Self.ip("addr add \(self.hostAddress)/30 dev \(ours)")
    try Self.ip("link set \(ours) up")
    try Self.ip("-n \(self.name) addr add \(network).2/30 dev \(its)")
    try Self.ip("-n \(self.name) link set \(its) up")
  }

  deinit {
    // Its end of the wire goes with it, and the wire with that.
    try? Self.ip("netns del \(self.name)")
  }

  /// The arguments that run a program inside.
  func running(_ arguments: [String]) -> [String] {
    ["ip", "netns", "exec", self.name] + arguments
  }

  /// From now on nothing that is sent inside gets out; who is inside is not told.
  func dropEverything() throws {
    try Self.ip("-n \(self.name) route add blackhole \(self.hostAddress)/32")
  }

  private static func ip(_ arguments: String) throws {
    let words = ["ip"] + arguments.split(separator: " ").map { String($0) }
    let (output, code) = try ChildProcess.run(words)
    guard code == 0 else { throw TalkFailure("ip \(arguments): \(output)") }
  }
}
