import Foundation
import ParleyTesting
import Testing

/// `parley verify`, as an operator runs it.
@Suite struct `Verifying a data directory` {
  /// A directory that a server has used and was killed over, or has closed.
  private static func directory(killed: Bool) throws -> TemporaryDirectory {
    let temporary = try TemporaryDirectory()
    let server = try ProcessUnderTest(directory: temporary.path)
    let ana = try TalkClient("ana", port: server.port)
    for line in ["ana", "one", "two", "three", "/post Minutes | All agreed.", "/remove 2"] {
      try ana.say(line)
    }
    try ana.expect("ok #2 of lobby is removed")
    if killed { try server.kill() } else { #expect(try server.stop() == 0) }
    return temporary
  }

  private static func verify(
    _ path: String, _ flags: String...
  ) throws -> (output: [String], code: Int32) {
    try ChildProcess.run([ProcessUnderTest.binary, "verify", "--data", path] + flags)
  }

  /// Each file below a directory with its bytes; sockets without.
  private static func files(_ path: String) throws -> [String: Data?] {
    var files: [String: Data?] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      files[name] = .some(FileManager.default.contents(atPath: path + "/" + name))
    }
    return files
  }

  private static func segment(_ path: String) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: path + "/log")
    return path + "/log/" + (try #require(names.first { $0.hasSuffix(".segment") }))
  }

  private static func change(_ path: String, _ body: (inout Data) -> Void) throws {
    var data = try Data(contentsOf: URL(filePath: path))
    body(&data)
    try data.write(to: URL(filePath: path))
  }

  @Test(arguments: [false, true])
  func `says what is in it, ends with 0 and changes nothing`(killed: Bool) async throws {
    try await onItsOwnThread {
      let directory = try Self.directory(killed: killed)
      let before = try Self.files(directory.path)
      let (output, code) = try Self.verify(directory.path)
      #expect(code == 0)
      #expect(output.first == "\(directory.path): format 1")
      #expect(output.last == "sound")
      let (json, jsonCode) = try Self.verify(directory.path, "--json")
      #expect(jsonCode == 0)
      #expect(json.count == 1)
      #expect(json.first?.contains(#""verdict":"sound""#) == true)
      #expect(json.first?.contains(#""faults":[]"#) == true)
      if !killed {
        #expect(output.contains("    4 messages (1 post, 1 removed), 2 other events"), "\(output)")
        #expect(json.first?.contains(#""messages":4"#) == true)
      }
      #expect(try Self.files(directory.path) == before)
    }
  }

  @Test func `counts what operators did apart from what was said`() async throws {
    try await onItsOwnThread {
      let directory = try TemporaryDirectory()
      let server = try ProcessUnderTest(directory: directory.path)
      let ana = try TalkClient("ana", port: server.port)
      for line in ["ana", "/join python", "said", "/room slow 30"] { try ana.say(line) }
      try ana.expect("ok python: slow 30")
      #expect(try server.stop() == 0)
      let (output, code) = try Self.verify(directory.path)
      #expect(code == 0)
      #expect(output.contains { $0.hasPrefix("    1 message (0 posts, 0 removed), ") }, "\(output)")
      #expect(output.contains("    1 entry of what operators and administrators did"))
    }
  }

  @Test func `calls the torn end of the log harmless`() async throws {
    try await onItsOwnThread {
      let directory = try Self.directory(killed: true)
      let segment = try Self.segment(directory.path)
      try Self.change(segment) { data in
        let end = (data.lastIndex { $0 != 0 } ?? 0) / 8 * 8 + 8
        for index in 0..<50 { data[end + index] = 0xAB }
      }
      let before = try Self.files(directory.path)
      let (output, code) = try Self.verify(directory.path)
      #expect(code == 0)
      #expect(
        output.contains {
          $0.hasPrefix("    50 bytes of an append that was cut short, dropped at the next start")
        }, "\(output)")
      #expect(output.last == "sound")
      #expect(try Self.files(directory.path) == before)
    }
  }

  @Test func `lists each fault with its file and what to do`() async throws {
    try await onItsOwnThread {
      let directory = try Self.directory(killed: false)
      let segment = try Self.segment(directory.path)
      // Pages that are in the write-ahead log as well would be read from there.
      for suffix in ["-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: directory.path + "/archive.sqlite" + suffix)
      }
      try Self.change(directory.path + "/archive.sqlite") { $0[4_096 + 1_000] ^= 1 }
      let (output, code) = try Self.verify(directory.path)
      #expect(code == 65)
      #expect(
        output.contains(
          "\(directory.path)/archive.sqlite: page 2 does not have the checksum it was written "
            + "with"))
      // The log goes back to the first entry, so the archive can be made again.
      #expect(output.contains { $0.hasPrefix("  move archive.sqlite ") })
      #expect(output.last?.hasPrefix("damaged: ") == true)

      try Self.change(segment) { $0[66] ^= 1 }
      let both = try Self.verify(directory.path, "--json")
      #expect(both.code == 65)
      #expect(both.output.first?.contains(#""verdict":"damaged""#) == true)
      #expect(both.output.first?.contains("is damaged at byte ") == true)

      try FileManager.default.removeItem(atPath: segment)
      let none = try Self.verify(directory.path)
      #expect(none.code == 65)
      #expect(none.output.contains("\(directory.path)/log: it has no segment"))
      #expect(none.output.contains { $0.hasPrefix("  restore the data directory from a backup") })
    }
  }

  @Test func `knows a newer format`() async throws {
    try await onItsOwnThread {
      let directory = try Self.directory(killed: false)
      try Self.change(directory.path + "/format") { $0 = Data("99\n".utf8) }
      let (output, code) = try Self.verify(directory.path)
      #expect(code == 65)
      #expect(output.last == "written by a newer release")
      #expect(output.contains("  use the release that wrote it, or a later one"))
    }
  }

  @Test func `says where there is nothing, no directory, or a server`() async throws {
    try await onItsOwnThread {
      let empty = try TemporaryDirectory()
      #expect(try Self.verify(empty.path).code == 0)
      #expect(try Self.verify(empty.path).output.last == "sound: nothing is kept here yet")
      #expect(try Self.files(empty.path).isEmpty)

      let none = try Self.verify(empty.path + "/none")
      #expect(none.code == 66)
      #expect(none.output.first?.hasPrefix("parley: there is no data directory ") == true)
      #expect(try Self.files(empty.path).isEmpty)

      let server = try ProcessUnderTest()
      let used = try Self.verify(server.dataDirectory)
      #expect(used.code == 69)
      #expect(used.output.first?.contains(" is in use by process ") == true)
      #expect(try server.stop() == 0)
      #expect(try Self.verify(server.dataDirectory).code == 0)
    }
  }
}
