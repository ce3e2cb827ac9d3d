import Glibc

/// Who may use the queues of this host's server.
package enum QueueUsers: String, Hashable, Sendable, CaseIterable {
  /// The user as whom the server runs, and root.
  case owner
  /// Besides these the members of the server's group.
  case group
  /// Every user of this host.
  case all

  /// The permissions of the control queue: who may send to it.
  ///
  /// Nobody but the server receives from it.
  package var mode: UInt32 {
    switch self {
    case .owner: 0o600
    case .group: 0o620
    case .all: 0o622
    }
  }

  /// Whether a reply queue of that user is served.
  package func allow(_ user: UInt32) -> Bool {
    if user == geteuid() || user == 0 { return true }
    switch self {
    case .owner: return false
    case .group: return Self.isMember(user, of: getegid())
    case .all: return true
    }
  }

  /// Groups of a user that are looked at, at most.
  private static let groupsMax = 1_024

  static func isMember(_ user: UInt32, of group: gid_t) -> Bool {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var text = [CChar](repeating: 0, count: 16 * 1_024)
    guard getpwuid_r(user, &entry, &text, text.count, &found) == 0, found != nil else {
      return false
    }
    var groups = [gid_t](repeating: 0, count: Self.groupsMax)
    var count = CInt(groups.count)
    guard getgrouplist(entry.pw_name, entry.pw_gid, &groups, &count) >= 0 else { return false }
    return groups.prefix(Int(count)).contains(group)
  }
}
