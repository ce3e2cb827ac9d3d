import NIOCore
import ParleyDoorKit
import Testing

@Suite struct `The first words of a connection` {
  private static func words(_ text: String) -> FirstWords {
    FirstWords.recognise(ByteBuffer(string: text).readableBytesView)
  }

  @Test(arguments: [
    ("NICK ana\r\n", FirstWords.irc), ("@a=b :c NICK ana\r\n", .irc), ("cap ls\r\n", .irc),
    ("hello", .line), ("\r\n", .line), ("NI", .needMore), ("@a=b", .needMore), ("", .needMore),
    ("@a=b\n", .line), ("GET / HTTP/1.1\r\n", .unknown("HTTP")), ("{\"", .json), ("[", .json),
    ("\u{16}\u{3}", .tls),
    // Found by fuzzing: what stands after the first line changed what it was.
    ("@a\nb NI", .line), ("@a\nb NICK ana\r\n", .line),
  ])
  func `say who is there`(text: String, words: FirstWords) {
    #expect(Self.words(text) == words)
  }

  @Test(arguments: [
    ("ADMIN/1\n", FirstWords.admin, FirstWords.line), ("ADMIN/", .admin, .line),
    ("ADMIN", .needMore, .line), ("A", .needMore, .needMore), ("admin/1\n", .line, .line),
    ("ADMIN\n", .line, .line), ("NICK ana\r\n", .irc, .irc),
  ])
  func `say who administers on the server's own socket alone`(
    text: String, local: FirstWords, elsewhere: FirstWords
  ) {
    let bytes = ByteBuffer(string: text).readableBytesView
    #expect(FirstWords.recognise(bytes, isLocal: true) == local)
    #expect(FirstWords.recognise(bytes) == elsewhere)
  }
}
