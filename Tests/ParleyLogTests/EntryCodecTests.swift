import ParleyModel
import SwiftProtobuf
import Testing

@testable import ParleyLog

@Suite struct `An entry's bytes` {
  @Test func `give back the entry`() throws {
    for entry in Samples.entries(count: Samples.proposals.count * 2) {
      let bytes = EntryCodec.encode(entry)
      let decoded = try EntryCodec.decode(bytes, offset: entry.offset)
      #expect(described(decoded) == described(entry))
    }
  }

  @Test func `of a line said are those of the generated code`() throws {
    let rooms: [RoomSelector] = [
      .current, .named(Name(text: "", key: "")), .named(Name(text: "Café", key: "cafe")),
      .named(Name(text: String(repeating: "r", count: 200), key: "r")), .named(.lobby),
    ]
    for room in rooms {
      for kind in MessageKind.allCases {
        for length in [0, 1, 100, 127, 128, 129, 4_096, 16_383, 16_384] {
          for (stamp, session) in [(0, 0), (1, 1), (1_700_000_000_000_000, 1 << 40), (-1, 127)] {
            let entry = Entry(
              offset: .zero, stamp: Timestamp(microseconds: Int64(stamp)),
              session: SessionID(UInt64(session)), nonce: length % 2 == 0 ? Nonce("n") : nil,
              proposal: .say(room, kind, String(repeating: "a", count: length)))
            let generated: [UInt8] = try ProtoEntry(entry).serializedBytes()
            #expect(EntryCodec.encode(entry) == generated)
          }
        }
      }
    }
  }

  @Test func `with an unknown proposal are a newer release's`() throws {
    // The session, then field 100 as a varint.
    #expect(Self.fault(of: [0x10, 0x01, 0xA0, 0x06, 0x01]) == "newer")
  }

  @Test func `with an unknown kind are a newer release's`() throws {
    let said = ProtoEntry.with {
      $0.say = .with {
        $0.kind = .UNRECOGNIZED(77)
        $0.text = "hm"
      }
    }
    #expect(Self.fault(of: try said.serializedBytes()) == "newer")
  }

  @Test func `that are no entry are damaged`() throws {
    #expect(Self.fault(of: [0xFF, 0xFF, 0xFF]) == "damaged")
  }

  private static func fault(of bytes: [UInt8]) -> String? {
    do throws(CodecError) {
      _ = try EntryCodec.decode(bytes, offset: .zero)
      return nil
    } catch {
      switch error {
      case .newer: return "newer"
      case .damaged: return "damaged"
      }
    }
  }
}

@Suite struct `The checksum` {
  // RFC 3720 appendix B.4, <https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4>
  @Test func `is that of RFC 3720`() {
    let cases: [([UInt8], UInt32)] = [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ((0..<32).map { $0 }, 0x46DD_794E),
      ((0..<32).reversed().map { $0 }, 0x113F_DB5C),
      (Array("123456789".utf8), 0xE306_9283),
      ([], 0),
    ]
    for (bytes, checksum) in cases {
      #expect(bytes.withUnsafeBytes { CRC32C.checksum($0) } == checksum)
    }
  }

  @Test func `can be continued`() {
    let bytes = (0..<100).map { UInt8($0) }
    let whole = bytes.withUnsafeBytes { CRC32C.checksum($0) }
    for cut in 0...100 {
      let first = bytes[..<cut].withUnsafeBytes { CRC32C.checksum($0) }
      #expect(bytes[cut...].withUnsafeBytes { CRC32C.checksum($0, from: first) } == whole)
    }
  }
}
