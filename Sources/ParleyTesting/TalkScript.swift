/// A play with people and a server: what each of them says and must then see.
///
/// A script is a text file, `.talk`, of one step a line:
///
///     # A remark. The first one is the title.
///     covers: /join: success misuse name_taken     what the script claims to show (see below)
///     flags: --default-backlog all                 of `parley serve`
///     terminal                                     the server's standard input is a terminal
///     tls                                          the server has a certificate
///
///     Ann: hello                     Ann sends a line; who is new connects first
///     Ann connects                   the same without sending anything
///     Ann connects with TLS          the same over TLS
///     Ann connects with certificate X          the same, with a client certificate called X
///     Ann types: one\r\ntwo\xFF      sends bytes: \r \n \t \0 \xHH \u{H} \\
///     Ann types 10000: x             the same so many times over; {n} is 1, 2, 3 …
///     people 200: g{n}               so many more come, with these names, and stay
///     Ann sees: *[lobby] #1 bob: *   waits for a line like that and skips those before it
///     Ann sees next: ok*             the very next line must be like that
///     Ann sees no: *secret* before: *#7*       skips up to the second; none is like the first
///     Ann is asked: Username:        the text after the last newline ends so
///     Ann is closed                  the server has ended the connection; skips what comes before
///     Ann half-closes                sends no more but still reads
///     Ann closes                     as a program does that ends
///     Ann vanishes                   resets the connection
///     server shows: *session 1*      a line of the console
///     server is told: hello          a line typed at its terminal
///     server is killed               SIGKILL
///     server stops: 0                SIGTERM, and its exit code
///     server ends: 0                 it must end by itself with that code
///     server starts                  again, on the same data
///     admin: create ana < secret     `parley admin` against it, with that as its standard input;
///                                    it must succeed
///
/// In what is seen, `*` stands for anything, `?` for one character, and `\` takes the meaning from
/// what follows: `\*`. What is there is waited for, never slept for. After a stop and start,
/// people have to connect again: `Ann: …` does that by itself when her connection is gone.
///
/// `covers: ROW: WORDS` names a row of the line door's command table and what the script shows of
/// it: `success`, `misuse` (a refusal with the code `bad_arguments`), and refusal codes. Each code,
/// and for `misuse` that one, must have been seen by somebody when the script ends.
package struct TalkScript: Sendable {
  package var title: String
  package var covers: [Coverage] = []
  package var flags: [String] = []
  package var hasTerminal = false
  package var hasTLS = false
  package var steps: [(line: Int, step: Step)] = []

  /// What a script claims to show of one row.
  package struct Coverage: Sendable, Equatable {
    package var row: String
    package var words: [String]
  }

  /// One line of the play.
  package enum Step: Sendable {
    case connect(String)
    /// Over TLS, with the client certificate of that name if there is one.
    case connectSecurely(String, certificate: String?)
    case say(String, String)
    case send(String, [UInt8])
    case see(String, TalkPattern)
    case seeNext(String, String)
    case seeNone(String, TalkPattern, before: TalkPattern)
    case asked(String, String)
    case closed(String)
    case halfClose(String)
    case close(String)
    case vanish(String)
    case serverShows(String)
    case serverTold(String)
    case serverKilled
    case serverStops(Int32)
    case serverEnds(Int32)
    case serverStarts
    case people(Int, String)
    case admin(String, input: String?)
  }

  /// Reads a script.
  package init(_ text: String, name: String) throws {
    self.title = name
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let line = Self.trimmed(line)
      if line.isEmpty { continue }
      if line.hasPrefix("#") {
        if self.title == name { self.title = Self.trimmed(line.dropFirst()) }
        continue
      }
      do {
        try self.read(line, number: index + 1)
      } catch let failure as TalkFailure {
        throw TalkFailure("\(name):\(index + 1): \(failure)")
      }
    }
  }

  private mutating func read(_ line: String, number: Int) throws {
    if let rest = Self.after("covers: ", in: line) {
      guard let (row, words) = Self.cut(rest, at: ": ") else {
        throw TalkFailure("covers: ROW: WORDS")
      }
      self.covers.append(
        Coverage(row: row, words: words.split(separator: " ").map { String($0) }))
    } else if let rest = Self.after("flags: ", in: line) {
      self.flags += rest.split(separator: " ").map { String($0) }
    } else if line == "terminal" {
      self.hasTerminal = true
    } else if line == "tls" {
      self.hasTLS = true
    } else {
      let step = try Self.step(line)
      self.steps.append((number, step))
    }
  }

  private static func step(_ line: String) throws -> Step {
    guard let end = line.firstIndex(where: { $0 == " " || $0 == ":" }) else {
      throw TalkFailure("who does what? \(line)")
    }
    let who = String(line[..<end])
    let what = String(line[end...])
    if who == "server" { return try Self.serverStep(what) }
    if who == "admin", let words = Self.after(": ", in: what) {
      guard let (words, input) = Self.cut(words, at: " < ") else {
        return .admin(words, input: nil)
      }
      return .admin(words, input: input + "\n")
    }
    if who == "people", let (count, name) = Self.cut(String(what.dropFirst()), at: ": "),
      let count = Int(count)
    {
      return .people(count, name)
    }
    if what == ":" || what.hasPrefix(": ") { return .say(who, String(what.dropFirst(2))) }
    switch what {
    case " connects": return .connect(who)
    case " connects with TLS": return .connectSecurely(who, certificate: nil)
    case " is closed": return .closed(who)
    case " half-closes": return .halfClose(who)
    case " closes": return .close(who)
    case " vanishes": return .vanish(who)
    case _: break
    }
    if let rest = Self.after(" connects with certificate ", in: what) {
      return .connectSecurely(who, certificate: rest)
    }
    if let rest = Self.after(" types: ", in: what) { return .send(who, try Self.unescaped(rest)) }
    if let rest = Self.after(" types ", in: what), let (count, text) = Self.cut(rest, at: ": "),
      let count = Int(count)
    {
      return .send(who, try Self.repeated(text, count))
    }
    if let rest = Self.after(" sees: ", in: what) { return .see(who, TalkPattern(rest)) }
    if let rest = Self.after(" sees next: ", in: what) { return .seeNext(who, rest) }
    if let rest = Self.after(" is asked: ", in: what) { return .asked(who, rest) }
    if let rest = Self.after(" sees no: ", in: what),
      let (unwanted, wanted) = Self.cut(rest, at: " before: ")
    {
      return .seeNone(who, TalkPattern(unwanted), before: TalkPattern(wanted))
    }
    throw TalkFailure("not a step: \(line)")
  }

  private static func serverStep(_ what: String) throws -> Step {
    if what == " is killed" { return .serverKilled }
    if what == " starts" { return .serverStarts }
    if let rest = Self.after(" shows: ", in: what) { return .serverShows(rest) }
    if let rest = Self.after(" is told: ", in: what) { return .serverTold(rest) }
    if let rest = Self.after(" stops: ", in: what), let code = Int32(rest) {
      return .serverStops(code)
    }
    if let rest = Self.after(" ends: ", in: what), let code = Int32(rest) {
      return .serverEnds(code)
    }
    throw TalkFailure("not a step: server\(what)")
  }

  // MARK: Text

  private static func trimmed(_ text: some StringProtocol) -> String {
    var text = text[...]
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return String(text.drop { $0 == " " || $0 == "\t" })
  }

  private static func after(_ prefix: String, in text: String) -> String? {
    text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
  }

  private static func cut(_ text: String, at separator: String) -> (String, String)? {
    guard let range = text.firstRange(of: separator) else { return nil }
    return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
  }

  /// The same bytes so many times over, counted where the text has `{n}`.
  private static func repeated(_ text: String, _ count: Int) throws -> [UInt8] {
    guard let (before, after) = Self.cut(text, at: "{n}") else {
      let bytes = try Self.unescaped(text)
      return Array((0..<count).map { _ in bytes }.joined())
    }
    let (first, last) = (try Self.unescaped(before), try Self.unescaped(after))
    return Array((0..<count).map { first + Array("\($0 + 1)".utf8) + last }.joined())
  }

  /// Bytes with the escapes that are in the type's comment.
  static func unescaped(_ text: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let character = rest.popFirst() {
      guard character == "\\" else {
        bytes.append(contentsOf: character.utf8)
        continue
      }
      switch rest.popFirst() {
      case "n": bytes.append(0x0A)
      case "r": bytes.append(0x0D)
      case "t": bytes.append(0x09)
      case "0": bytes.append(0)
      case "\\": bytes.append(UInt8(ascii: "\\"))
      case "x":
        guard let byte = UInt8(rest.prefix(2), radix: 16) else { throw TalkFailure("\\xHH") }
        bytes.append(byte)
        rest = rest.dropFirst(2)
      case "u":
        guard let end = rest.firstIndex(of: "}"), rest.first == "{",
          let value = UInt32(rest[..<end].dropFirst(), radix: 16),
          let scalar = Unicode.Scalar(value)
        else { throw TalkFailure("\\u{H}") }
        bytes.append(contentsOf: Array(String(scalar).utf8))
        rest = rest[end...].dropFirst()
      case _: throw TalkFailure("an escape is one of \\n \\r \\t \\0 \\\\ \\xHH \\u{H}")
      }
    }
    return bytes
  }
}
