import NIOCore
import ParleyDoorKit
import Testing

@Suite struct `An address to the limits` {
  private static func key(
    _ text: String, prefix: Int = 64, exempt: [String] = []
  ) throws
    -> AddressKey?
  {
    var limits = SessionLimits()
    limits.ipv6Prefix = prefix
    limits.exempt = exempt.compactMap { IPNetwork($0) }
    return limits.key(of: IPAddress(try SocketAddress(ipAddress: text, port: 1)))
  }

  @Test func `is an IPv4 address as a whole`() throws {
    #expect(try Self.key("192.0.2.1") != Self.key("192.0.2.2"))
    #expect(try Self.key("192.0.2.1")?.description == "192.0.2.1")
  }

  @Test func `is the IPv6 addresses of one network`() throws {
    #expect(try Self.key("2001:db8::1") == Self.key("2001:db8::2:0:0:1"))
    #expect(try Self.key("2001:db8::1") != Self.key("2001:db8:0:1::1"))
    #expect(try Self.key("2001:db8::1") != Self.key("2001:db8:0:1::1", prefix: 48))
    #expect(
      try Self.key("2001:db8::1", prefix: 48) == Self.key("2001:db8:0:ffff::1", prefix: 48))
    #expect(try Self.key("2001:db8::1", prefix: 128) != Self.key("2001:db8::2", prefix: 128))
    #expect(try Self.key("2001:db8::1")?.description == "2001:db8::/64")
  }

  @Test func `is the IPv4 address that an IPv6 one stands for`() throws {
    #expect(try Self.key("::ffff:192.0.2.1") == Self.key("192.0.2.1"))
    #expect(try Self.key("::ffff:192.0.2.1") != Self.key("::ffff:192.0.2.2"))
  }

  @Test func `is each user of this host, however long a network's prefix is`() {
    for prefix in [0, 48, 64, 128] {
      var limits = SessionLimits()
      limits.ipv6Prefix = prefix
      let keys = [UInt32(1_000), 1_001, .max].map { limits.key(of: IPAddress(user: $0)) }
      #expect(Set(keys).count == 3)
      #expect(keys[0]?.description == "user 1000")
      #expect(limits.key(of: IPAddress(user: 1_000)) == keys[0])
    }
  }

  @Test func `is none on a Unix socket and in a network without limits`() throws {
    #expect(IPAddress(try SocketAddress(unixDomainSocketPath: "/tmp/x")) == nil)
    #expect(SessionLimits().key(of: nil) == nil)
    let exempt = ["127.0.0.0/8", "2001:db8::/32", "192.0.2.7"]
    for text in ["127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "2001:db8:9::1", "192.0.2.7"] {
      #expect(try Self.key(text, exempt: exempt) == nil, "\(text)")
    }
    for text in ["128.0.0.1", "::1", "2001:db9::1", "192.0.2.8"] {
      #expect(try Self.key(text, exempt: exempt) != nil, "\(text)")
    }
  }

  @Test(arguments: [
    "192.0.2.0/24", "0.0.0.0/0", "192.0.2.7", "2001:db8::/32", "::1", "::/0", "10.0.0.0/8",
  ])
  func `may be given as a network`(text: String) {
    #expect(IPNetwork(text)?.description == text)
  }

  @Test(arguments: [
    "", "/", "192.0.2.0/33", "192.0.2.1/24", "192.0.2/24", "2001:db8::/129", "2001:db8::1/32",
    "::1/-1", "::1/", "::1/1x", "localhost", "::ffff:1.2.3.4/32",
  ])
  func `may not be given as anything else`(text: String) {
    #expect(IPNetwork(text) == nil)
  }
}

@Suite struct `The table of addresses` {
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  private static func key(_ number: Int) -> AddressKey {
    IPNetwork(IPAddress(bits: UInt128(number) << 64), prefix: 64)
  }

  private static func limits(
    most: Int? = nil, perMinute: Int? = nil
  ) -> SessionLimits {
    var limits = SessionLimits()
    limits.connectionsMax = most
    limits.connectionsPerMinute = perMinute
    return limits
  }

  private static func admitted(_ entry: AddressTable.Entry) -> AddressRecord? {
    guard case .admitted(let record) = entry else { return nil }
    return record
  }

  @Test func `lets so many connections of an address in at one time`() throws {
    let table = AddressTable(Self.limits(most: 2))
    let first = try #require(Self.admitted(table.enter(Self.key(1), at: Self.start)))
    #expect(Self.admitted(table.enter(Self.key(1), at: Self.start)) != nil)
    guard case .tooMany(2, _) = table.enter(Self.key(1), at: Self.start) else {
      Issue.record("a third is let in")
      return
    }
    #expect(Self.admitted(table.enter(Self.key(2), at: Self.start)) != nil)
    first.leave()
    #expect(Self.admitted(table.enter(Self.key(1), at: Self.start)) != nil)
  }

  @Test func `lets so many connections of an address in within a minute`() {
    let table = AddressTable(Self.limits(perMinute: 3))
    for _ in 0..<3 {
      Self.admitted(table.enter(Self.key(1), at: Self.start))?.leave()
    }
    guard case .tooOften(3, _) = table.enter(Self.key(1), at: Self.start) else {
      Issue.record("a fourth is let in")
      return
    }
    #expect(Self.admitted(table.enter(Self.key(2), at: Self.start)) != nil)
    #expect(Self.admitted(table.enter(Self.key(1), at: Self.start + .seconds(20))) != nil)
  }

  @Test func `has refusals told once a minute, with how many there were`() throws {
    let table = AddressTable(Self.limits())
    let record = try #require(Self.admitted(table.enter(Self.key(1), at: Self.start)))
    #expect(record.refusalsToTell(at: Self.start) == 1)
    for _ in 0..<50 { #expect(record.refusalsToTell(at: Self.start + .seconds(59)) == nil) }
    #expect(record.refusalsToTell(at: Self.start + .seconds(60)) == 51)
    #expect(record.refusalsToTell(at: Self.start + .seconds(61)) == nil)
  }

  @Test func `is bounded, and keeps who is connected whoever comes`() throws {
    let table = AddressTable(Self.limits(most: 1), addressesMax: 1_600)
    let record = try #require(Self.admitted(table.enter(Self.key(0), at: Self.start)))
    for number in 1...50_000 {
      Self.admitted(table.enter(Self.key(number), at: Self.start))?.leave()
    }
    #expect(table.count <= 1_616)
    guard case .tooMany = table.enter(Self.key(0), at: Self.start) else {
      Issue.record("its connection was forgotten")
      return
    }
    record.leave()
  }

  @Test func `forgets in time who is gone`() {
    let table = AddressTable(Self.limits())
    for number in 1...1_000 {
      Self.admitted(table.enter(Self.key(number), at: Self.start))?.leave()
    }
    #expect(table.count == 1_000)
    for turn in 1...2 {
      let now = Self.start + .minutes(Int64(10 * turn))
      // A few of each shard.
      for number in 2_000..<2_400 { Self.admitted(table.enter(Self.key(number), at: now))?.leave() }
    }
    #expect(table.count <= 400)
  }
}

@Suite struct `A bounded table` {
  @Test func `keeps at least the half of it that was used last`() {
    var table = BoundedTable<Int, Int>(capacity: 100)
    for key in 0..<1_000 {
      table.set(key, for: key)
      #expect(table.count <= 100)
      for last in max(0, key - 48)...key { #expect(table[last] == last) }
    }
    table.remove(999)
    #expect(table[999] == nil)
  }

  @Test func `keeps what may not be forgotten, and no more than that besides`() {
    var table = BoundedTable<Int, Bool>(capacity: 10)
    for key in 0..<10_000 { table.set(key < 100, for: key) { !$0 } }
    #expect((0..<100).allSatisfy { table[$0] == true })
    #expect(table.count < 500)
  }
}
