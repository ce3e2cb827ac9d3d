import Glibc

/// Who is at the other end of the Unix socket, as the kernel noted it when it connected
/// (unix(7), SO_PEERCRED).
struct LocalPeer: Hashable, Sendable {
  /// Nil where the kernel did not say.
  var user: uid_t?
  /// As whom this server runs.
  var owner = geteuid()

  init(user: uid_t?, owner: uid_t) {
    self.user = user
    self.owner = owner
  }

  init(of descriptor: CInt?) {
    // `struct ucred`, which Swift's Glibc module leaves out: process, user, group.
    var credentials: [UInt32] = [0, 0, 0]
    var size = socklen_t(3 * MemoryLayout<UInt32>.size)
    guard let descriptor,
      getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0,
      size == 3 * MemoryLayout<UInt32>.size
    else { return }
    self.user = credentials[1]
  }

  /// Why this one may not administer the server; nil where it may.
  ///
  /// The socket's permissions keep all others out as long as nobody changes them, as an operator
  /// may do to let a group chat over it.
  var refusal: String? {
    if let user = self.user, user == self.owner || user == 0 { return nil }
    let who = self.user.map { "user \($0)" } ?? "an unknown user"
    return "\(who) may not administer this server: only user \(self.owner), who runs it, and root"
  }
}
