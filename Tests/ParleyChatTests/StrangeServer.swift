import Foundation
import Glibc
import ParleyTesting

/// Something that speaks the JSON door's protocol and says what no Parley server would.
final class StrangeServer {
  let port: UInt16
  private let listener: Int32

  /// Lets everybody in and has a word for them, given as it stands in JSON; with nil it is silent.
  init(text: String?) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) == 0 && listen(listener, 4) == 0
          && getsockname(listener, pointer, &length) == 0
      }
    }
    guard result else { throw TalkFailure("no port") }
    self.listener = listener
    self.port = UInt16(bigEndian: address.sin_port)
    guard let text else { return }
    let answer =
      #"{"jsonrpc":"2.0","id":ID,"result":{"session":1,"name":"ana","account":null,"token":null,"#
      + #""rooms":[],"unread":[],"unread_more":0}}"# + "\n"
      + #"{"jsonrpc":"2.0","method":"server","params":{"text":""# + text + "\"}}\n"
    Thread.detachNewThread { Self.serve(listener, answer) }
  }

  deinit {
    shutdown(self.listener, Int32(SHUT_RDWR))
    close(self.listener)
  }

  private static func serve(_ listener: Int32, _ answer: String) {
    while true {
      let peer = accept(listener, nil, nil)
      guard peer >= 0 else { return }
      var reader = LineReader(descriptor: peer)
      while let line = try? reader.next(until: Deadline(secondsFromNow: 60)) {
        guard let match = line.firstMatch(of: /"id":("[^"]*"|[0-9]+)/) else { continue }
        let isHello = line.contains("\"hello\"")
        let text =
          isHello
          ? answer.replacing("ID", with: match.1)
          : #"{"jsonrpc":"2.0","id":\#(match.1),"result":{}}"# + "\n"
        let bytes = Array(text.utf8)
        _ = send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      }
      close(peer)
    }
  }
}
