import DequeModule
import NIOCore
import ParleyDoorKit
import ParleyModel

/// A room as one event loop knows it: which of the loop's sessions have it open, by variant.
final class LoopRoom {
  let id: RoomID
  let name: String
  /// The newest that the loop was handed.
  var head: Position
  var headSequence: Sequence
  /// The same before the pass `passNumber` added to it.
  var passHead: Position
  var passHeadSequence: Sequence
  var passNumber: UInt64 = 0
  /// Sessions that are live, by what they are sent.
  var groups: [VariantGroup] = []
  /// Sessions of this loop that have it open or are about to.
  var subscribers = 0
  /// Of those, the ones that are behind: while there are any, the tail is kept.
  var behind = 0
  var tail = Tail()
  /// Comings and goings of a crowd, told once a second.
  var came = 0
  var went = 0

  init(id: RoomID, name: String, head: Position, headSequence: Sequence) {
    self.id = id
    self.name = name
    self.head = head
    self.headSequence = headSequence
    self.passHead = head
    self.passHeadSequence = headSequence
  }

  /// Notes that a session fell behind; its tail begins here if it is the first.
  func beginTail() {
    if self.behind == 0 { self.tail = Tail(start: self.head) }
    self.behind += 1
  }

  /// Notes that one is live again or gone.
  func endTail() {
    self.behind -= 1
    if self.behind == 0 { self.tail = Tail() }
  }

  /// The group of that printer's variant.
  func group(_ printer: any RoomPrinter, allocator: ByteBufferAllocator) -> VariantGroup {
    let variant = printer.variant
    if let group = self.groups.first(where: { $0.variant == variant }) { return group }
    let group = VariantGroup(printer: printer, allocator: allocator)
    self.groups.append(group)
    return group
  }
}

/// What a room was told since its first session on this loop fell behind, within a bound.
struct Tail {
  /// Events in memory at most; beyond it the oldest are let go and the archive serves.
  static let countMax = 4_096
  /// Bytes that they take at most, their texts included.
  static let bytesMax = 1 << 20

  /// The events are those after this position.
  private(set) var start = Position.zero
  private(set) var events = Deque<RoomEvent>()
  private var bytes = 0

  init() {}

  init(start: Position) {
    self.start = start
  }

  mutating func append(_ event: RoomEvent) {
    self.events.append(event)
    self.bytes += Self.size(event)
    while self.events.count > Self.countMax || self.bytes > Self.bytesMax {
      let gone = self.events.removeFirst()
      self.bytes -= Self.size(gone)
      self.start = gone.position
    }
  }

  private static func size(_ event: RoomEvent) -> Int {
    let size = MemoryLayout<RoomEvent>.stride
    guard case .message(let message) = event.event else { return size }
    return size + message.body.utf8.count + message.subject.utf8.count
  }
}

/// The live sessions of one room and variant on one loop, and the bytes that this pass has for
/// all of them.
final class VariantGroup {
  /// A session's place.
  ///
  /// In a pass in which `divergedPass` is the pass's number it gets the bytes from `offset` on in
  /// its own buffer, because something of its own came in between.
  struct Member {
    let feed: Feed
    var divergedPass: UInt64 = 0
    var offset = 0
  }

  let variant: Variant
  let printer: any RoomPrinter
  /// Whether comings and goings of a crowd are told as counts.
  let coalesces: Bool
  var members: [Member] = []
  var buffer: ByteBuffer
  var isDirty = false
  var firstDay: Int32?
  var lastDay: Int32?

  init(printer: any RoomPrinter, allocator: ByteBufferAllocator) {
    self.variant = printer.variant
    self.printer = printer
    self.buffer = allocator.buffer(capacity: 0)
    var scratch = ByteBuffer()
    self.coalesces = printer.printCrowd(came: 1, went: 0, room: "", into: &scratch)
  }

  /// Prints an event behind what the pass has so far.
  func print(_ event: RoomEvent, room: String) {
    if let day = self.printer.day(of: event.time) {
      if let last = self.lastDay {
        if day != last { self.printer.printDay(day, into: &self.buffer) }
      } else {
        self.firstDay = day
      }
      self.lastDay = day
    }
    self.printer.print(event, room: room, into: &self.buffer)
  }

  /// Ready for the next pass; the memory is kept where nothing else holds it.
  func clear() {
    self.isDirty = false
    self.firstDay = nil
    self.lastDay = nil
    self.buffer.clear()
  }
}
