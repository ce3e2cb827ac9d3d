import Glibc

/// Many connections at once that only look for a word in what they are sent.
///
/// Blocking, for one thread.
package final class Crowd {
  private struct Person {
    var descriptor: Int32
    /// The end of what it was sent.
    var tail: [UInt8] = []
    var hasFound = false
  }

  /// Of what somebody was sent, so much is kept to look for a word in.
  private static let tailBytes = 256

  private var people: [Person] = []

  /// Connects that many.
  ///
  /// Throws ``TalkFailure`` when one of them cannot connect.
  package init(count: Int, port: UInt16) throws {
    self.people.reserveCapacity(count)
    for _ in 0..<count {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { throw TalkFailure("no socket: \(errno)") }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard result == 0 else {
        Glibc.close(descriptor)
        throw TalkFailure("connection \(self.people.count + 1) failed: \(errno)")
      }
      self.people.append(Person(descriptor: descriptor))
    }
  }

  deinit {
    self.close()
  }

  /// Everybody says a line, which depends on its number.
  package func sayAll(_ line: (Int) -> String) throws {
    for (index, person) in self.people.enumerated() {
      let bytes = Array((line(index) + "\n").utf8)
      guard send(person.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
      else { throw TalkFailure("connection \(index + 1) does not take a line: \(errno)") }
    }
  }

  /// Reads until everybody was sent that word, from now on.
  package func waitForAll(
    until word: String, deadline: Deadline = Deadline(secondsFromNow: 120)
  ) throws {
    let word = Array(word.utf8)
    for index in self.people.indices { self.people[index].hasFound = false }
    var polled = self.people.map {
      pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
    }
    var missing = self.people.count
    for index in self.people.indices where self.look(word, index) { missing -= 1 }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while missing > 0 {
      guard !deadline.hasPassed else { throw TalkFailure("\(missing) have not been sent it") }
      guard poll(&polled, nfds_t(polled.count), 1_000) > 0 else { continue }
      for index in polled.indices where polled[index].revents != 0 {
        let count = recv(
          polled[index].fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count > 0 else {
          if count < 0, errno == EAGAIN { continue }
          throw TalkFailure("connection \(index + 1) was ended")
        }
        self.people[index].tail += buffer[..<count]
        if self.look(word, index) { missing -= 1 }
      }
    }
  }

  /// Whether somebody is found to have been sent the word now.
  private func look(_ word: [UInt8], _ index: Int) -> Bool {
    guard !self.people[index].hasFound else {
      self.people[index].tail.removeAll()
      return false
    }
    if let range = self.people[index].tail.firstRange(of: word) {
      self.people[index].tail.removeSubrange(..<range.upperBound)
      self.people[index].hasFound = true
      return true
    }
    if self.people[index].tail.count > Self.tailBytes {
      self.people[index].tail.removeFirst(self.people[index].tail.count - Self.tailBytes)
    }
    return false
  }

  /// Everybody hangs up.
  package func close() {
    for person in self.people { Glibc.close(person.descriptor) }
    self.people.removeAll()
  }
}
