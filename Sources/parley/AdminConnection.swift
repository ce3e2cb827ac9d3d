import FoundationEssentials
import Glibc
import ParleyAdminDoor

/// A connection to a server's Unix socket for one request; blocking.
enum AdminConnection {
  /// How long an answer is waited for, in seconds: passwords of others may be before it.
  private static let secondsMax = 120
  /// How often a request is made where the server answers with line mode's greeting.
  private static let attemptsMax = 3
  /// An answer in bytes: a thousand accounts with long names have less.
  private static let answerBytesMax = 4 << 20

  /// Finds out whether somebody listens there; sends nothing.
  static func check(_ path: String) throws(AdminFailure) {
    close(try self.connect(path))
  }

  /// Asks, and waits for the answer: as it came, and what it says.
  static func ask(
    _ request: AdminRequest, at path: String
  ) throws(AdminFailure) -> (line: String, answer: AdminAnswer) {
    guard let json = try? JSONEncoder().encode(request) else {
      throw AdminFailure(text: "the request cannot be written as JSON", code: EX_SOFTWARE)
    }
    let bytes = Data("\(AdminDialect.firstLine)\n".utf8) + json + Data("\n".utf8)
    var attempts = 1
    while true {
      do {
        return try self.ask(bytes, at: path)
      } catch {
        // A server that hears nothing for a moment, as on a busy machine, begins with line mode,
        // which knows nothing of such a request: nothing was done.
        guard error.isGreeting, attempts < self.attemptsMax else { throw error }
        attempts += 1
      }
    }
  }

  private static func ask(
    _ bytes: Data, at path: String
  ) throws(AdminFailure) -> (line: String, answer: AdminAnswer) {
    let lost = "the server at \(path) ended the connection without an answer"
    let socket = try self.connect(path)
    defer { close(socket) }
    // A server that refuses everybody may have answered and gone before.
    self.send(bytes, to: socket)
    shutdown(socket, CInt(SHUT_WR))
    let line = String(decoding: try self.read(from: socket, lost), as: UTF8.self)
    if let answer = try? JSONDecoder().decode(AdminAnswer.self, from: Data(line.utf8)) {
      return (line, answer)
    }
    guard !line.isEmpty else { throw AdminFailure(text: lost) }
    throw AdminFailure(
      text: """
        the server at \(path) answers in other words: \(line.prefix(80).debugDescription); it was perhaps \
        started by another release: restart it, or use its own parley
        """, isGreeting: line.hasPrefix("Parley at "))
  }

  private static func connect(_ path: String) throws(AdminFailure) -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytesMax = MemoryLayout.size(ofValue: address.sun_path) - 1
    guard (1...bytesMax).contains(path.utf8.count) else {
      throw AdminFailure(
        text: "\(path): a socket's path has 1 to \(bytesMax) bytes; name it from nearby")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let socket = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw self.failure(path, errno) }
    var timeout = timeval(tv_sec: self.secondsMax, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(socket, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      let failure = self.failure(path, errno)
      close(socket)
      throw failure
    }
    return socket
  }

  private static func failure(_ path: String, _ error: CInt) -> AdminFailure {
    let advice = "start it with parley serve, or name its data directory with --data"
    switch error {
    case ENOENT, ENOTDIR:
      return AdminFailure(text: "no server runs here: there is no \(path); \(advice)")
    case ECONNREFUSED where !self.isSocket(path):
      return AdminFailure(
        text: "\(path) is not a socket; --data names a server's data directory, --socket its socket"
      )
    case ECONNREFUSED:
      return AdminFailure(
        text: "no server runs here: nobody listens at \(path), which one has left; \(advice)")
    case EACCES, EPERM:
      return AdminFailure(
        text: "\(path): permission denied; only the user who runs the server and root administer it"
      )
    default: return AdminFailure(text: "\(path): \(String(cString: strerror(error)))")
    }
  }

  private static func isSocket(_ path: String) -> Bool {
    let path = URL(filePath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.type] as? FileAttributeType == .typeSocket
  }

  private static func send(_ data: Data, to socket: CInt) {
    var rest = data
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else {
        if count < 0, errno == EINTR { continue }
        return
      }
      rest = rest.dropFirst(count)
    }
  }

  /// The first line, without its end; what there is where the connection ends before.
  private static func read(from socket: CInt, _ lost: String) throws(AdminFailure) -> Data {
    var line = Data()
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    while line.count < self.answerBytesMax {
      let count = Glibc.read(socket, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        throw AdminFailure(text: "the server has not answered within \(self.secondsMax) s")
      }
      guard count >= 0 else { throw AdminFailure(text: lost) }
      if count == 0 { return line }
      line.append(contentsOf: chunk[..<count])
      if let end = line.firstIndex(of: UInt8(ascii: "\n")) { return line[..<end] }
    }
    throw AdminFailure(text: "the server's answer is too long", code: EX_PROTOCOL)
  }
}
