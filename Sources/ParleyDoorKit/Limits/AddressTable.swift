package import NIOCore
import Synchronization

/// What is counted of one address; shared by its sessions on all loops.
package final class AddressRecord: Sendable {
  package let key: AddressKey
  /// Connections at this time; raised under its shard's lock only.
  fileprivate let connections = Atomic<Int>(0)
  fileprivate let arrivals = Atomic<TokenBucket>(TokenBucket())
  let logins = Atomic<TokenBucket>(TokenBucket())
  let commands = Atomic<TokenBucket>(TokenBucket())
  /// Refusals since somebody was told, and when that was.
  private let refused = Atomic<Int>(0)
  private let told = Atomic<UInt64>(0)

  fileprivate init(_ key: AddressKey) {
    self.key = key
  }

  /// A connection that ``AddressTable/enter(_:at:)`` let in is gone.
  package func leave() {
    self.connections.wrappingSubtract(1, ordering: .relaxed)
  }

  /// Counts a refusal; answers with how many there were if it is time to tell somebody, which it is
  /// once a minute at most.
  package func refusalsToTell(at now: NIODeadline) -> Int? {
    self.refused.wrappingAdd(1, ordering: .relaxed)
    let last = self.told.load(ordering: .relaxed)
    let isDue = last == 0 || now.uptimeNanoseconds >= last + 60 * 1_000_000_000
    // Of several loops one tells.
    guard isDue,
      self.told.compareExchange(
        expected: last, desired: max(1, now.uptimeNanoseconds), ordering: .relaxed
      ).exchanged
    else { return nil }
    return self.refused.exchange(0, ordering: .relaxed)
  }
}

/// The addresses that connect, and what each of them may have.
///
/// Asked once when a connection comes, on any loop, and never for a message: what a session needs
/// later is in its address's ``AddressRecord``. Cut into shards, each with a lock that is held for
/// a look-up and calls nothing.
///
/// It keeps ``addressesMax`` addresses without a connection, the ones that were used last, for ten
/// minutes and longer where nobody comes; all buckets are full by then. One that is forgotten
/// earlier, as more than that many came, begins anew: who has so many addresses is not limited by
/// address. Those with a connection are always kept; the number of connections bounds them.
package final class AddressTable: Sendable {
  /// Addresses without a connection that are kept at most.
  package static let addressesMax = 100_000

  private static let shardCount = 16
  private static let turnInterval = TimeAmount.minutes(10)

  private struct Shard {
    var records: BoundedTable<AddressKey, AddressRecord>
    var turned = NIODeadline.uptimeNanoseconds(0)
  }

  /// A lock with what it guards; a class, as a lock may not move.
  private final class LockedShard: Sendable {
    let state: Mutex<Shard>

    init(capacity: Int) {
      self.state = Mutex(Shard(records: BoundedTable(capacity: capacity)))
    }
  }

  /// What was decided about a connection.
  package enum Entry: Sendable {
    /// It counts until ``AddressRecord/leave()``.
    case admitted(AddressRecord)
    /// The address has so many connections.
    case tooMany(Int, AddressRecord)
    /// So many came from the address in a minute.
    case tooOften(Int, AddressRecord)
  }

  private let limits: SessionLimits
  private let connectionRate: TokenRate?
  private let shards: [LockedShard]

  package init(_ limits: SessionLimits, addressesMax: Int = AddressTable.addressesMax) {
    self.limits = limits
    self.connectionRate = limits.connectionRate
    self.shards = (0..<Self.shardCount).map { _ in
      LockedShard(capacity: addressesMax / Self.shardCount)
    }
  }

  /// Addresses that are known now.
  package var count: Int {
    self.shards.reduce(0) { sum, shard in sum + shard.state.withLock { $0.records.count } }
  }

  /// A connection of an address comes.
  package func enter(_ key: AddressKey, at now: NIODeadline) -> Entry {
    let (record, count) = self.use(key, at: now)
    if let most = self.limits.connectionsMax, count > most {
      record.leave()
      return .tooMany(most, record)
    }
    if let rate = self.connectionRate, !record.arrivals.take(1, at: now, rate) {
      record.leave()
      return .tooOften(self.limits.connectionsPerMinute ?? 0, record)
    }
    return .admitted(record)
  }

  /// The record of an address, with one more connection, and how many these are.
  private func use(_ key: AddressKey, at now: NIODeadline) -> (AddressRecord, Int) {
    let index = UInt(bitPattern: key.hashValue) % UInt(Self.shardCount)
    return self.shards[Int(index)].state.withLock { shard in
      func mayForget(_ record: AddressRecord) -> Bool {
        record.connections.load(ordering: .relaxed) == 0
      }
      if now - shard.turned >= Self.turnInterval {
        shard.turned = now
        shard.records.turn(mayForget)
      }
      let record = shard.records[key] ?? AddressRecord(key)
      let count = record.connections.wrappingAdd(1, ordering: .relaxed).newValue
      shard.records.set(record, for: key, mayForget: mayForget)
      return (record, count)
    }
  }
}
