import NIOCore
import ParleyJSONDoor
import ParleyTesting
import Testing

@Suite struct `The JSON parser` {
  private static func fault(_ bytes: [UInt8]) -> JSONFault? {
    bytes.withUnsafeBytes { JSONScanner.fault(in: $0) }
  }

  private static func fault(_ text: String) -> JSONFault? { Self.fault(Array(text.utf8)) }

  @Test(arguments: [
    "{}", "[]", "null", "true", " \t\r\n[ 1 , 2 ]\n", #"{"a":{"b":[{}]},"c":null}"#, "0", "-0",
    "-0.5e+10", "1E9", "123456789012345678901234567890", #""""#, #""a\"\\\/\b\f\n\r\t\u00e9""#,
    #""\ud83d\ude00 \uD83D\uDE00""#, "\"é € 😀 \u{7F}\"", #"{"a":1,"A":2,"":3}"#,
    #"{"a":{"a":{"a":1}},"b":{"a":1}}"#,
  ])
  func `takes what is JSON`(text: String) {
    #expect(Self.fault(text) == nil)
  }

  @Test(arguments: [
    ("x", JSONFault.syntax(at: 0)), ("{} {}", .syntax(at: 3)), ("[1,]", .syntax(at: 3)),
    ("{\"a\":1,}", .syntax(at: 7)), ("{'a':1}", .syntax(at: 1)), ("{\"a\" 1}", .syntax(at: 5)),
    ("{a:1}", .syntax(at: 1)), ("[1 2]", .syntax(at: 3)), ("01", .syntax(at: 1)),
    ("[1.]", .syntax(at: 3)), ("[.5]", .syntax(at: 1)), ("[1e]", .syntax(at: 3)),
    ("[+1]", .syntax(at: 1)), ("[-]", .syntax(at: 2)), ("NaN", .syntax(at: 0)),
    ("truth", .syntax(at: 3)), ("\"a\tb\"", .syntax(at: 2)), (#""\x""#, .syntax(at: 1)),
    (#""\u12g4""#, .syntax(at: 5)), ("// no", .syntax(at: 0)), ("", .endsEarly),
    ("{", .endsEarly), ("[1,", .endsEarly), ("\"abc", .endsEarly), ("tru", .endsEarly),
    ("1.", .endsEarly), (#""\"#, .endsEarly), (#""\u12"#, .endsEarly),
  ])
  func `refuses what is not, and says where`(text: String, fault: JSONFault) {
    #expect(Self.fault(text) == fault)
  }

  // RFC 8259 §4: "The names within an object SHOULD be unique."
  @Test(arguments: [
    (#"{"a":1,"a":2}"#, 7), (#"{"a":1,"\u0061":2}"#, 7), (#"[{"é":1,"\u00e9":2}]"#, 9),
    (#"{"b":{"a":1},"a":1,"b":2}"#, 19),
  ])
  func `refuses an object with one name twice, however it is written`(text: String, place: Int) {
    #expect(Self.fault(text) == .duplicateName(at: place))
  }

  // RFC 8259 §8.2: an unpaired surrogate makes what software does unpredictable.
  @Test(arguments: [
    #""\ud83d""#, #""\ud83d x""#, #""\ude00""#, #""\ud83d\ud83d""#, #""\ud83d\n""#,
    #""\ude00\ud83d""#,
  ])
  func `refuses half of a surrogate pair`(text: String) {
    #expect(Self.fault(text) == .loneSurrogate(at: 1))
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
      [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
      [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3, 0x28],
    ] as [[UInt8]])
  func `refuses what is not UTF-8`(bytes: [UInt8]) {
    #expect(Self.fault([0x22, 0x61] + bytes + [0x22]) == .notUTF8(at: 2))
  }

  @Test func `has bounds`() {
    let nested = { (depth: Int) in
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(Self.fault(nested(JSONScanner.depthMax)) == nil)
    #expect(Self.fault(nested(JSONScanner.depthMax + 1)) == .tooDeep)
    #expect(Self.fault(String(repeating: "{\"a\":", count: 100_000)) == .tooDeep)
    #expect(Self.fault(String(repeating: "9", count: JSONScanner.numberBytesMax)) == nil)
    #expect(
      Self.fault(String(repeating: "9", count: JSONScanner.numberBytesMax + 1))
        == .numberTooLong(at: 0))
    let object = { (count: Int) in
      "{" + (0..<count).map { "\"n\($0)\":0" }.joined(separator: ",") + "}"
    }
    #expect(Self.fault(object(JSONScanner.membersMax)) == nil)
    guard case .tooManyMembers = Self.fault(object(JSONScanner.membersMax + 1)) else {
      Issue.record("too many members are taken")
      return
    }
  }

  @Test func `finds members, elements and texts in what it took`() {
    let text = #" { "a" : [ 1 , {"b":"]}\""} , "x" ] ,"c\u0064":"\u00e9\ud83d\ude00\n/","d":-12 }"#
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { raw in
      #expect(JSONScanner.fault(in: raw) == nil)
      var members = JSONValue(raw).members
      var names: [String] = []
      while let (name, value) = members.next() {
        names.append(name.text)
        switch name.text {
        case "a":
          var elements = value.elements
          var kinds: [JSONValue.Kind] = []
          while let element = elements.next() { kinds.append(element.kind) }
          #expect(kinds == [.number, .object, .string])
        case "cd":
          #expect(name.says("cd") && !name.says("c") && !name.says("cde"))
          #expect(value.text == "é😀\n/")
        default:
          #expect(value.integer == -12)
          #expect(!name.says("da") && name.says("d") && !name.says(""))
        }
      }
      #expect(names == ["a", "cd", "d"])
    }
  }

  @Test(
    arguments: [
      ("0", 0), ("-9223372036854775807", -9_223_372_036_854_775_807), ("9223372036854775808", nil),
      ("1.0", nil), ("1e3", nil), ("99999999999999999999999", nil), ("-0", 0),
    ] as [(String, Int64?)])
  func `has an integer only where one is written and fits`(text: String, integer: Int64?) {
    Array(text.utf8).withUnsafeBytes { #expect(JSONValue($0).integer == integer) }
  }

  @Test(arguments: [
    "", "plain", "eight888", "a\"b\\c", "line\nand\rand\ttab", "\u{0}\u{1}\u{1F}\u{7F}",
    "é€😀", "ends with \"", "\"", "12345678\n", "\u{2028}", String(repeating: "\"", count: 100),
  ])
  func `reads back what the writer wrote`(text: String) throws {
    var buffer = ByteBuffer()
    buffer.writeJSON(text)
    let written = String(buffer: buffer)
    #expect(Self.fault(written) == nil)
    buffer.withUnsafeReadableBytes { #expect(JSONValue($0).text == text) }
    #expect(try JSONTree(written) == .string(text))
    #expect(!written.utf8.contains(0x0A), "a frame is one line")
  }
}

@Suite struct `Lines of JSON` {
  /// What comes of pieces.
  private static func lines(_ pieces: [[UInt8]], ends: Bool = true) -> [String] {
    var framer = JSONFramer()
    var found: [String] = []
    let take = { (frame: JSONFramer.Frame, line: UnsafeRawBufferPointer) -> Bool in
      switch frame {
      case .line: found.append(String(decoding: line, as: UTF8.self))
      case .tooLong: found.append("too long")
      }
      return true
    }
    for piece in pieces {
      var buffer = ByteBuffer(bytes: piece)
      framer.forEachLine(in: &buffer, take)
      #expect(buffer.readableBytes == 0)
    }
    if ends { framer.end(take) }
    return found.filter { !$0.isEmpty }
  }

  @Test func `are the same however they are cut`() {
    let bytes = Array("{\"a\":1}\n\n[2]\r\nlast".utf8)
    for size in 1...bytes.count {
      let pieces = stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      }
      #expect(Self.lines(pieces) == ["{\"a\":1}", "[2]\r", "last"])
    }
  }

  @Test(arguments: [1_000, 65_536, 10_000_000])
  func `that are too long are told once and skipped`(size: Int) {
    let long = [UInt8](repeating: 0x61, count: 10 * 1024 * 1024) + Array("\n{}\n".utf8)
    let pieces = stride(from: 0, to: long.count, by: size).map {
      Array(long[$0..<min($0 + size, long.count)])
    }
    #expect(Self.lines(pieces) == ["too long", "{}"])
  }

  @Test func `are taken up to their bound`() {
    let longest = [UInt8](repeating: 0x61, count: JSONFramer.lineBytesMax)
    #expect(Self.lines([longest + [0x0A]])[0].utf8.count == JSONFramer.lineBytesMax)
    #expect(Self.lines([longest, [0x0A]])[0].utf8.count == JSONFramer.lineBytesMax)
    #expect(Self.lines([longest + [0x61, 0x0A]]) == ["too long"])
    #expect(Self.lines([longest, [0x61], [0x0A]]) == ["too long"])
  }
}
