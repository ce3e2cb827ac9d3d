import Glibc

/// A Unix socket before a server's message queues, for a client that speaks the JSON door's
/// language over sockets: what it writes goes to the control queue, what comes in a reply queue it
/// reads.
///
/// One connection at a time; each has a reply queue of its own. The socket is in a directory that
/// only this user may enter. Where the server cannot be reached, the connection gets an error
/// that says why, and ends.
package final class QueueBridge: Sendable {
  /// Why there is no socket.
  package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
  }

  /// How long the server may take to answer a HELLO, and to take a message; in milliseconds.
  private static let patience = 5_000
  /// How often a server that ended without a word is looked for; in milliseconds.
  private static let look: CInt = 1_000
  /// How often a queue whose name is gone is looked at until its server is taken to have ended
  /// without a word: one that stops removes the name first, and tells everybody then.
  private static let looksMax = 5
  /// Bytes of the socket's name, its end included (unix(7)).
  private static let pathBytesMax = 108

  private let control: String
  private let mode: UInt32
  private let directory: String
  private let listener: CInt

  /// The socket's path.
  package var path: String { self.directory + "/queue" }

  /// Makes the socket; ``run()`` serves it.
  ///
  /// `mode` is the reply queue's; see ``QueueClient/init(control:mode:messageBytes:suffix:)``.
  package init(control: String, mode: UInt32, in parent: String) throws(Fault) {
    self.control = control
    self.mode = mode
    var template = Array((parent + "/parley-XXXXXX").utf8CString)
    guard template.count + "/queue".utf8.count <= Self.pathBytesMax else {
      throw Fault(description: "the path of \(parent) is too long for a socket")
    }
    guard mkdtemp(&template) != nil else {
      throw Fault(
        description: "no directory can be made in \(parent): \(QueueFault(code: errno))")
    }
    self.directory = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    self.listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let path = self.directory + "/queue"
    guard Self.bind(self.listener, to: path), listen(self.listener, 1) == 0 else {
      let fault = QueueFault(code: errno)
      Glibc.close(self.listener)
      unlink(path)
      rmdir(self.directory)
      throw Fault(description: "no socket can be made at \(path): \(fault)")
    }
  }

  deinit { Glibc.close(self.listener) }

  private static func bind(_ descriptor: CInt, to path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      bytes.copyBytes(from: path.utf8.prefix(bytes.count - 1))
    }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    } == 0
  }

  /// Serves connections, on a thread of its own, until ``stop()``.
  package func run() {
    while true {
      let connection = accept(self.listener, nil, nil)
      if connection < 0 {
        // Shut by stop(); anything else passes.
        if errno == EINVAL { return }
        poll(nil, 0, 100)
        continue
      }
      _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
      do throws(QueueClient.Fault) {
        try self.serve(connection)
      } catch {
        Self.say(Self.words(for: error) + "\n", to: connection)
      }
      Glibc.close(connection)
    }
  }

  /// Removes the socket, and ends ``run()`` once its connection is over.
  package func stop() {
    shutdown(self.listener, Int32(SHUT_RDWR))
    unlink(self.path)
    rmdir(self.directory)
  }

  // MARK: One connection

  /// Carries bytes both ways until either side ends.
  private func serve(_ connection: CInt) throws(QueueClient.Fault) {
    var queue = try QueueClient(
      control: self.control, mode: self.mode, messageBytes: QueueLimits.messageBytesUsual)
    // The name means nothing: the session enters by a request.
    try queue.ask(for: "client", within: Self.patience)
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(queue.commandBytesMax, queue.messageBytesMax), alignment: 8)
    defer { memory.deallocate() }
    var last = LastLine()
    var looks = 0
    while true {
      var watched = [
        pollfd(fd: connection, events: Int16(POLLIN), revents: 0),
        pollfd(fd: queue.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let count = poll(&watched, 2, Self.look)
      if count == 0 {
        if queue.isEnded || !queue.isGone && !queue.isServed { return }
        looks = queue.isGone ? looks + 1 : 0
        guard looks < Self.looksMax else { return }
      }
      while let count = try queue.receive(into: memory) {
        let message = UnsafeRawBufferPointer(rebasing: memory[..<count])
        guard Self.send(message, to: connection), !last.ends(in: message) else { return }
      }
      guard watched[0].revents != 0 else { continue }
      let room = UnsafeMutableRawBufferPointer(rebasing: memory[..<queue.commandBytesMax])
      let read = Glibc.read(connection, room.baseAddress, room.count)
      if read < 0, errno == EINTR { continue }
      guard read > 0 else { return }
      try queue.send(UnsafeRawBufferPointer(rebasing: room[..<read]), within: Self.patience)
    }
  }

  /// A line of JSON.
  private static func words(for fault: QueueClient.Fault) -> String {
    if case .refused(let line) = fault { return line }
    return QueueWords.error("not_connected", "\(fault)".filter { $0 != "\"" && $0 != "\\" })
  }

  private static func say(_ text: String, to connection: CInt) {
    var text = text
    _ = text.withUTF8 { self.send(UnsafeRawBufferPointer($0), to: connection) }
  }

  /// Writes all of it; false where nobody reads any more.
  private static func send(_ bytes: UnsafeRawBufferPointer, to connection: CInt) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.send(
        connection, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count,
        Int32(MSG_NOSIGNAL))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
