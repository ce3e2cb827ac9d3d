/// What people saw of each room, as hashes of the lines by number, and what was found wrong.
struct DayLedger {
  struct Room {
    /// The line of each number, from 1; 0 where nobody saw it.
    private(set) var lines: [UInt64] = []
    private(set) var acknowledged = 0

    /// Whether it agrees with what others saw under that number.
    mutating func note(_ number: Int, _ hash: UInt64, isOwn: Bool) -> Bool {
      while self.lines.count < number { self.lines.append(0) }
      if isOwn { self.acknowledged += 1 }
      if self.lines[number - 1] == 0 { self.lines[number - 1] = hash }
      return self.lines[number - 1] == hash
    }
  }

  var rooms = [Room](repeating: Room(), count: DayPlan.rooms)
  private(set) var deliveries = 0
  private(set) var faults: [String] = []
  private(set) var faultCount = 0

  var acknowledged: Int { self.rooms.reduce(0) { $0 + $1.acknowledged } }

  mutating func note(room: Int, _ number: Int, _ hash: UInt64, isOwn: Bool) {
    self.deliveries += 1
    if !self.rooms[room].note(number, hash, isOwn: isOwn) {
      self.fault("\(DayPlan.name(ofRoom: room)) #\(number) was seen with two texts")
    }
  }

  /// Keeps the first hundred.
  mutating func fault(_ text: String) {
    self.faultCount += 1
    if self.faults.count < 100 { self.faults.append(text) }
  }

  /// FNV-1a of what follows the number in a line; never 0.
  static func hash(_ bytes: some Swift.Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return max(hash, 1)
  }
}
