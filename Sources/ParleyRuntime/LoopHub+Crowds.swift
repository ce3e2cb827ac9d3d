import NIOCore
import ParleyCore
import ParleyDoorKit
import ParleyModel

/// Arrivals and departures of a large room, told as a number once a second.
extension LoopHub {
  static func isCrowd(_ event: Event) -> Bool {
    switch event {
    case .came(_, let present), .went(_, _, let present): present > 200
    case .message, .topic, .renamed, .removed, .changed: false
    }
  }

  func count(_ event: Event, in room: LoopRoom) {
    if room.came == 0 && room.went == 0 {
      if self.crowded.isEmpty {
        self.loop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.tellCrowds() }
      }
      self.crowded.append(room)
    }
    if case .came = event { room.came += 1 } else { room.went += 1 }
  }

  func tellCrowds() {
    self.passNumber += 1
    for room in self.crowded {
      self.markDirty(room)
      for group in room.groups where group.coalesces {
        _ = group.printer.printCrowd(
          came: room.came, went: room.went, room: room.name, into: &group.buffer)
      }
      room.came = 0
      room.went = 0
    }
    self.crowded.removeAll()
    self.endPass()
  }
}
