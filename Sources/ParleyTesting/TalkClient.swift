import Glibc

/// A person at a socket: sends lines and waits for what should come, each time until a deadline.
///
/// Blocking, for one thread; ``onItsOwnThread(_:)`` keeps a test off the threads of others.
package final class TalkClient {
  package let name: String
  package private(set) var reader: LineReader
  /// Everything received so far, a line an element.
  package private(set) var received: [String] = []
  private var isOpen = true

  /// Connects to `127.0.0.1`, or to an address given; `source` is an address of this machine, as
  /// all that begin with 127 are, to connect from.
  package init(
    _ name: String, to address: String = "127.0.0.1", port: UInt16, from source: String? = nil
  ) throws {
    self.name = name
    let descriptor = try Self.connect(address, port, from: source)
    self.reader = LineReader(descriptor: descriptor)
  }

  /// Talks over a socket that is connected; it is closed with the client.
  package init(_ name: String, descriptor: Int32) {
    self.name = name
    self.reader = LineReader(descriptor: descriptor)
  }

  /// Connects to a Unix socket.
  package init(_ name: String, toSocketAt path: String) throws {
    self.name = name
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      for (index, byte) in path.utf8.prefix(bytes.count - 1).enumerated() { bytes[index] = byte }
    }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        Glibc.connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      close(descriptor)
      throw TalkFailure("\(name) cannot connect to \(path): \(String(cString: strerror(errno)))")
    }
    self.reader = LineReader(descriptor: descriptor)
  }

  deinit {
    if self.isOpen { close(self.reader.descriptor) }
  }

  /// A connected socket; `source` as in ``init(_:to:port:from:)``.
  package static func connect(
    _ host: String, _ port: UInt16, from source: String? = nil
  ) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var result: Int32 = 0
    if let source { result = Self.call(bind, descriptor, source, 0) }
    if result == 0 { result = Self.call(Glibc.connect, descriptor, host, port) }
    guard result == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw TalkFailure("nobody can connect to \(host):\(port): \(reason)")
    }
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    return descriptor
  }

  private static func call(
    _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32,
    _ host: String, _ port: UInt16
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        function(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  // MARK: Sending

  /// Sends a line.
  package func say(_ line: String) throws {
    try self.send(Array((line + "\n").utf8))
  }

  /// Sends bytes as they are.
  ///
  /// While the server does not read, what it sends is kept for later, so that neither waits for the
  /// other for ever.
  package func send(_ bytes: [UInt8], until deadline: Deadline = .usual) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.send(
          self.reader.descriptor, buffer.baseAddress.map { $0 + sent }, bytes.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count > 0 {
        sent += count
        continue
      }
      guard count < 0, errno == EAGAIN else {
        throw TalkFailure("\(self.name) cannot send: \(String(cString: strerror(errno)))")
      }
      var poller = pollfd(
        fd: self.reader.descriptor, events: Int16(POLLIN | POLLOUT), revents: 0)
      guard poll(&poller, 1, deadline.millisecondsLeft) > 0 else {
        throw TalkFailure("\(self.name) cannot send: the server does not read")
      }
      if Int32(poller.revents) & POLLOUT == 0 { try? self.reader.fill(until: deadline) }
    }
  }

  // MARK: Ending

  /// Sends no more, but still reads.
  package func halfClose() {
    shutdown(self.reader.descriptor, Int32(SHUT_WR))
  }

  /// Closes as a program does that ends.
  package func end() {
    if self.isOpen { close(self.reader.descriptor) }
    self.isOpen = false
  }

  /// Resets the connection, as a machine does that forgot about it.
  package func vanish() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      self.reader.descriptor, SOL_SOCKET, SO_LINGER, &option,
      socklen_t(MemoryLayout<linger>.size))
    self.end()
  }

  // MARK: Waiting

  /// The next line.
  @discardableResult
  package func next(until deadline: Deadline = .usual) throws -> String {
    do {
      let line = try self.reader.next(until: deadline)
      self.received.append(line)
      return line
    } catch {
      throw TalkFailure("\(self.name) waits for a line in vain (\(error))\(self.surroundings)")
    }
  }

  /// Waits for a line like the pattern and skips those before it.
  @discardableResult
  package func expect(_ pattern: String, until deadline: Deadline = .usual) throws -> String {
    try self.expect(TalkPattern(pattern), without: nil, until: deadline)
  }

  /// The same; among those that are skipped none may be like `without`.
  @discardableResult
  package func expect(
    _ pattern: TalkPattern, without unwanted: TalkPattern?, until deadline: Deadline = .usual
  ) throws -> String {
    while true {
      let line: String
      do {
        line = try self.reader.next(until: deadline)
      } catch {
        throw TalkFailure("\(self.name) waits for \(pattern) (\(error))\(self.surroundings)")
      }
      self.received.append(line)
      if let unwanted, unwanted.matches(line) {
        throw TalkFailure("\(self.name) must not see \(unwanted)\(self.surroundings)")
      }
      if pattern.matches(line) { return line }
    }
  }

  /// The very next line must be like the pattern.
  @discardableResult
  package func expectNext(_ pattern: String, until deadline: Deadline = .usual) throws -> String {
    let line = try self.next(until: deadline)
    guard TalkPattern(pattern).matches(line) else {
      throw TalkFailure("\(self.name) sees next something else than \(pattern)\(self.surroundings)")
    }
    return line
  }

  /// Waits until the text after the last newline ends with a prompt, blanks at its end aside.
  package func expectPrompt(_ prompt: String, until deadline: Deadline = .usual) throws {
    while true {
      while let line = self.reader.nextIfThere() { self.received.append(line) }
      var unfinished = self.reader.unfinished
      while unfinished.last == " " { unfinished.removeLast() }
      if unfinished.hasSuffix(prompt) { return }
      do {
        try self.reader.fill(until: deadline)
      } catch {
        throw TalkFailure("\(self.name) is not asked \(prompt) (\(error))\(self.surroundings)")
      }
    }
  }

  /// Nothing may come for so long.
  package func expectSilence(milliseconds: Int) throws {
    let deadline = Deadline(millisecondsFromNow: milliseconds)
    do {
      let line = try self.reader.next(until: deadline)
      self.received.append(line)
      throw TalkFailure("\(self.name) should see nothing\(self.surroundings)")
    } catch LineReader.End.deadline {
      return
    }
  }

  /// Waits until the server has closed the connection; skips what it sends before.
  package func expectEnd(until deadline: Deadline = .usual) throws {
    while true {
      do {
        self.received.append(try self.reader.next(until: deadline))
      } catch .deadline {
        throw TalkFailure("\(self.name) is still connected\(self.surroundings)")
      } catch {
        return
      }
    }
  }

  private var surroundings: String {
    let lines = self.reader.recent.map { "\n    \(self.name) | \($0)" }.joined()
    let unfinished = self.reader.unfinished
    return lines + (unfinished.isEmpty ? "" : "\n    \(self.name) : \(unfinished.suffix(200))")
  }
}

/// What did not happen, with the last lines received.
package struct TalkFailure: Error, CustomStringConvertible {
  package var description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// Runs blocking work on a thread of its own, so that tests that wait for sockets leave the threads
/// of concurrent tasks alone.
package func onItsOwnThread<Value: Sendable>(
  _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    let box = Unmanaged.passRetained(
      ThreadWork {
        continuation.resume(with: Result(catching: work))
      })
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let result = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    pthread_attr_destroy(&attributes)
    if result != 0 {
      box.release()
      continuation.resume(throwing: TalkFailure("no thread: \(String(cString: strerror(result)))"))
    }
  }
}

private final class ThreadWork: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }
}
