import CEpoll
import Glibc
import ParleyTesting

/// The day: lives of the server, one after the other, and everybody in them.
///
/// One thread, one epoll.
final class DayRun {
  let plan: DayPlan
  let server: ProcessUnderTest
  var ledger = DayLedger()
  private(set) var report = DayReport()

  private let epoll = cepoll_create()
  private let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
  private let began = DayClock.now()
  private var random: SplitMix64
  private var mischief: DayMischief
  /// Those of this life by their place; nil once they are gone.
  private var people: [DayPerson?] = []
  private var serial = 0
  private var nextSample = 0

  init(_ plan: DayPlan) throws {
    self.plan = plan
    self.random = SplitMix64(seed: plan.seed)
    self.mischief = DayMischief(seed: plan.seed &+ 1)
    self.server = try ProcessUnderTest(flags: [
      "--log-level", "warning", "--default-backlog", "0",
      "--stall-timeout", "\(DayPlan.stallSeconds)s",
    ])
  }

  deinit {
    close(self.epoll)
    self.buffer.deallocate()
  }

  private var elapsed: Int { DayClock.now() - self.began }

  /// Lives through it all; the server has stopped at the end.
  func live() throws {
    while self.elapsed < self.plan.restartsEnd {
      let life = 1_000 + Int(self.random.next() % UInt64(max(2, self.plan.restartsEnd / 10)))
      try self.enter()
      try self.talk { self.elapsed >= self.plan.restartsEnd || self.lifeTime >= life }
      try self.end(isKill: !self.random.oneIn(3))
      let started = DayClock.now()
      try self.server.start()
      self.report.startMilliseconds.append(DayClock.now() - started)
    }
    self.report.beginLastLife()
    try self.enter()
    let patience = self.plan.milliseconds * 3 + 60_000
    try self.talk {
      if self.elapsed > patience {
        self.ledger.fault("\(self.ledger.acknowledged) messages were acknowledged, no more")
        return true
      }
      return self.elapsed >= self.plan.milliseconds
        && self.ledger.acknowledged >= self.plan.messages
    }
    try self.catchUp()
    try self.end(isKill: false)
    self.mischief.hangUp()
    self.report.milliseconds = self.elapsed
    self.report.mischief = self.mischief.count
  }

  private var lifeBegan = 0
  private var lifeTime: Int { self.elapsed - self.lifeBegan }

  /// Counts what the archive holds of a room.
  func countArchived(_ messages: Int) { self.report.archived += messages }

  /// Takes the ledger's figures over and judges the memory.
  func finishReport() {
    self.report.acknowledged = self.ledger.acknowledged
    self.report.deliveries = self.ledger.deliveries
    // In minutes it fills its caches; what it takes after these must not grow.
    if self.plan.milliseconds >= 10 * 60_000, !self.report.isFlat {
      self.ledger.fault("the server's memory grows")
    }
    if self.report.stalledEnded == 0, self.report.stalledSpared > 0 {
      self.ledger.fault("no reader was ended that reads nothing")
    }
  }

  // MARK: People

  private func enter() throws {
    self.lifeBegan = self.elapsed
    self.people = []
    for room in 0..<DayPlan.rooms {
      for role in DayPlan.roles {
        self.people.append(nil)
        try self.admit(role, to: room, at: self.people.count - 1)
      }
    }
  }

  private func admit(_ role: DayRole, to room: Int, at place: Int) throws {
    self.serial += 1
    let person = DayPerson(
      name: "p\(self.serial)", role: role, room: room,
      descriptor: try DaySocket.connect(
        port: self.server.port, receiveBytes: role == .stalledReader ? 4_096 : 0))
    person.since = DayClock.now()
    guard person.flush() else { throw TalkFailure("\(person.name) cannot say its name") }
    self.people[place] = person
    if role == .stalledReader {
      person.pausedUntil = person.since + (DayPlan.stallSeconds + 30) * 1_000
    } else {
      _ = cepoll_add(self.epoll, person.descriptor, UInt32(place), 0)
    }
  }

  /// A slow reader's pauses, and what becomes of those that do not read at all.
  private func turn(_ person: DayPerson, _ place: Int, _ now: Int) throws {
    switch person.role {
    case .writer, .reader: break
    case .slowReader:
      if person.pausedUntil > 0, person.pausedUntil <= now {
        person.pausedUntil = 0
        person.since = now
        _ = cepoll_add(self.epoll, person.descriptor, UInt32(place), 0)
      } else if person.pausedUntil == 0, person.isInRoom, now - person.since > 2_000 {
        _ = cepoll_remove(self.epoll, person.descriptor)
        let longest = UInt64(DayPlan.stallSeconds * 1_000 * 3 / 4)
        person.pausedUntil = now + Int(self.random.next() % longest)
      }
    case .stalledReader:
      guard person.pausedUntil <= now else { return }
      // What the kernels kept comes first; then it is over, or the room was too quiet to fill them.
      var isOver = false
      while !isOver {
        switch person.read(self.buffer, &self.ledger) {
        case .some: continue
        case .ended:
          self.report.stalledEnded += 1
          isOver = true
        case .nothing:
          self.report.stalledSpared += 1
          isOver = true
        }
      }
      try self.admit(.stalledReader, to: person.room, at: place)
    }
  }

  // MARK: Talking

  private func talk(until isOver: () -> Bool) throws {
    while !isOver() {
      let now = DayClock.now()
      for (place, person) in self.people.enumerated() {
        if let person { try self.turn(person, place, now) }
      }
      self.write()
      self.mischief.act(now, port: self.server.port)
      self.sample(now)
      try self.pass(milliseconds: 5)
    }
  }

  /// Has the writers say what they may by now.
  private func write() {
    var left = self.plan.allowed(at: self.elapsed) - self.ledger.acknowledged
    for case .some(let person) in self.people where person.role == .writer {
      left -= person.unanswered
    }
    // Each time somebody else is the first, so that in quiet hours it is not always the same.
    let first = Int(self.random.next() % UInt64(self.people.count))
    for place in self.people.indices {
      let place = (first + place) % self.people.count
      guard let person = self.people[place], person.role == .writer, person.isInRoom else {
        continue
      }
      while left > 0, person.unanswered < DayPlan.window {
        person.write(self.random.next())
        left -= 1
      }
      if !person.flush() { self.ledger.fault("\(person.name) lost its connection") }
    }
  }

  /// Reads what has come.
  private func pass(milliseconds: Int) throws {
    var ready = [cepoll_ready](repeating: cepoll_ready(), count: 128)
    let count = cepoll_wait(
      self.epoll, &ready, Int32(ready.count), Int64(milliseconds) * 1_000_000)
    for event in ready.prefix(Int(count)) {
      guard let person = self.people[Int(event.tag)] else { continue }
      if person.read(self.buffer, &self.ledger) == .ended {
        self.ledger.fault("\(person.name) was left by the server")
        self.people[Int(event.tag)] = nil
      }
    }
  }

  /// Everybody in the rooms but those that read nothing gets all there is.
  private func catchUp() throws {
    for (place, person) in self.people.enumerated() {
      guard let person, person.role == .slowReader, person.pausedUntil > 0 else { continue }
      person.pausedUntil = 0
      _ = cepoll_add(self.epoll, person.descriptor, UInt32(place), 0)
    }
    let deadline = Deadline(secondsFromNow: 60)
    while true {
      let behind = self.people.compactMap { $0 }.filter {
        let head = self.ledger.rooms[$0.room].lines.count
        let isBehind = $0.last > 0 && $0.last < head
        return $0.unanswered > 0 || isBehind && $0.role != .stalledReader
      }
      guard let first = behind.first else { return }
      guard !deadline.hasPassed else {
        return self.ledger.fault("\(behind.count) have not got everything, \(first.name) is one")
      }
      try self.pass(milliseconds: 20)
    }
  }

  // MARK: Ending a life

  /// Stops or kills the server; what had reached the kernel is seen all the same.
  private func end(isKill: Bool) throws {
    self.report.endLife(isKill: isKill)
    try self.server.signal(isKill ? SIGKILL : SIGTERM)
    let deadline = Deadline(secondsFromNow: 60)
    for case .some(let person) in self.people {
      reading: while !deadline.hasPassed {
        switch person.read(self.buffer, &self.ledger) {
        case .ended: break reading
        case .some: continue
        case .nothing:
          var poller = pollfd(fd: person.descriptor, events: Int16(POLLIN), revents: 0)
          poll(&poller, 1, deadline.millisecondsLeft)
        }
      }
    }
    self.people = []
    let code = try self.server.waitForExit(until: deadline)
    if !isKill, code != 0 { self.ledger.fault("it stopped with exit code \(code)") }
  }

  private func sample(_ now: Int) {
    guard now >= self.nextSample, let process = self.server.processID else { return }
    self.nextSample = now + 1_000
    self.report.sample(ProcessFigures(process), acknowledged: self.ledger.acknowledged)
  }
}
