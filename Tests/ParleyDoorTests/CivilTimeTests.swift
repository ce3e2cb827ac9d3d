import NIOCore
import ParleyDoorKit
import ParleyModel
import Testing

@testable import ParleyLineDoor

@Suite struct `Times` {
  static func clock(_ seconds: Int64, offset: Int = 0) -> String {
    var buffer = ByteBuffer()
    buffer.writeClock(Timestamp(microseconds: seconds * 1_000_000), offsetSeconds: offset)
    return String(buffer: buffer)
  }

  static func date(_ day: Int32) -> String {
    var buffer = ByteBuffer()
    buffer.writeDate(day)
    return String(buffer: buffer)
  }

  @Test func `are hours and minutes of a zone`() {
    #expect(Self.clock(1_795_176_185) == "12:03")
    #expect(Self.clock(1_795_176_185, offset: 5 * 3600 + 45 * 60) == "17:48")
    #expect(Self.clock(0) == "00:00")
    #expect(Self.clock(-1) == "23:59")
    #expect(Self.clock(1_795_176_185, offset: -13 * 3600) == "23:03")
  }

  @Test(arguments: [
    (0, "1970-01-01", "Thursday"), (-1, "1969-12-31", "Wednesday"),
    (11_016, "2000-02-29", "Tuesday"),
    (20_777, "2026-11-20", "Friday"), (47_541, "2100-03-01", "Monday"),
    (-25_508, "1900-03-01", "Thursday"),
  ])
  func `have days of the Gregorian calendar`(count: Int32, date: String, weekday: String) {
    #expect(Self.date(count) == date)
    #expect(CivilTime.weekday(count) == weekday)
  }

  @Test func `take a day's count from the zone`() {
    let late = Timestamp(microseconds: (86_400 - 60) * 1_000_000)
    #expect(CivilTime.day(of: late, offsetSeconds: 0) == 0)
    #expect(CivilTime.day(of: late, offsetSeconds: 3600) == 1)
    #expect(CivilTime.day(of: Timestamp(microseconds: -1), offsetSeconds: 0) == -1)
  }

  @Test(arguments: [0, 7, 10, 99, 100, 12_345, UInt64.max])
  func `and numbers are written in decimal`(number: UInt64) {
    var buffer = ByteBuffer()
    buffer.writeDecimal(number)
    #expect(String(buffer: buffer) == String(number))
  }
}

@Suite struct `A zone` {
  @Test(arguments: [
    ("UTC", "UTC", 0), ("z", "UTC", 0), ("+2", "+02:00", 7_200), ("-03:30", "-03:30", -12_600),
    ("+0545", "+05:45", 20_700), ("+14:00", "+14:00", 50_400), ("-00:00", "UTC", 0),
  ])
  func `is read from an offset`(text: String, name: String, offset: Int) {
    let zone = LineZone(text)
    #expect(zone?.name == name)
    #expect(zone?.offsetSeconds(at: 0) == offset)
  }

  @Test(arguments: [
    "", "+", "+15:00", "+02:60", "2", "+1:2:3", "+2:0", "../etc/passwd", "/etc/passwd", "Mars/Base",
  ])
  func `is nothing else`(text: String) {
    #expect(LineZone(text) == nil)
  }

  @Test func `follows the changes of a TZif file`() throws {
    // RFC 8536 §3.2, by hand: an empty first part, then two types and one change at 1,000.
    func header(_ counts: [UInt8]) -> [UInt8] {
      Array("TZif2".utf8) + Array(repeating: 0, count: 15) + counts.flatMap { [0, 0, 0, $0] }
    }
    let file: [UInt8] =
      header([0, 0, 0, 0, 0, 0]) + header([0, 0, 0, 1, 2, 4])
      + [0, 0, 0, 0, 0, 0, 3, 232] + [1]
      + [0, 0, 0x0E, 0x10, 0, 0] + [0xFF, 0xFF, 0xF1, 0xF0, 1, 0] + Array("AA\0B".utf8)
    let table = try #require(ZoneTable(file))
    #expect(table.offsetSeconds(at: 999) == 3_600)
    #expect(table.offsetSeconds(at: 1_000) == -3_600)
    for length in 0..<file.count { #expect(ZoneTable(Array(file.prefix(length))) == nil) }
  }

  @Test func `has a fingerprint of its own`() {
    let zones = ["UTC", "+01:00", "+02:00", "-01:00"].compactMap { LineZone($0) }
    #expect(Set(zones.map(\.fingerprint)).count == 4)
  }
}
