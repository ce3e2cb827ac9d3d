import ParleyModel

/// Values of every kind, for what must come back as it was.
enum Samples {
  static let ann = Name(text: "Ann", key: "ann")
  static let room = Name(text: "kitchen", key: "kitchen")

  static let proposals: [Proposal] = [
    .settings(Settings()),
    .settings(
      Settings(
        defaultBacklog: .all, autojoin: [], permanentRooms: [.lobby, room],
        emptyRoomMicroseconds: 5)),
    .runStarted(incarnation: 0xDEAD_BEEF),
    .expireRoom(RoomID(7), emptySince: Timestamp(microseconds: 123_456_789)),
    .announce("The server stops at noon."),
    .login(ann, autojoin: true), .login(room, autojoin: false), .nick(ann),
    .quit(.left), .quit(.switched), .quit(.quit("")), .quit(.quit("so long")),
    .quit(.connectionLost), .quit(.timedOut), .quit(.kicked), .quit(.serverStopped),
    .join(room), .add(ann), .leave(.current, then: .lobby), .leave(.named(ann), then: .nowhere),
    .setTopic(.current, ""), .setTopic(.named(room), "soup"),
    .say(.current, .say, "hello"), .say(.named(room), .action, "waves 👋"),
    .say(.named(ann), .notify, String(repeating: "ü", count: 2_000)),
    .post(.current, subject: "Dinner", body: "At eight.\nBring bread."),
    .reply(.named(room), to: Sequence(1 << 39), body: "I will."),
    .direct(.last, .say, "psst"), .direct(.named(ann), .action, "nods"),
    .remove(.room(.current), Sequence(3)), .remove(.room(.named(room)), Sequence(4)),
    .remove(.direct(ann), Sequence(5)),
    .away("lunch"), .away(""), .away(nil), .ignore(ann),
  ]

  /// `count` entries from `first` on, of all kinds; every other one has a nonce.
  static func entries(from first: UInt64 = 0, count: Int) -> [Entry] {
    (0..<count).map { index in
      let offset = first + UInt64(index)
      return Entry(
        offset: LogOffset(offset),
        stamp: Timestamp(microseconds: 1_700_000_000_000_000 + Int64(offset)),
        session: SessionID(offset % 300),
        nonce: offset % 2 == 0 ? Nonce("nonce-\(offset)") : nil,
        proposal: self.proposals[Int(offset) % self.proposals.count])
    }
  }

  /// Lines of that many bytes each.
  static func lines(from first: UInt64 = 0, count: Int, bytes: Int) -> [Entry] {
    (0..<count).map { index in
      let offset = first + UInt64(index)
      return Entry(
        offset: LogOffset(offset), stamp: Timestamp(microseconds: Int64(offset) + 1),
        session: SessionID(1),
        proposal: .say(.current, .say, String(repeating: "x", count: bytes)))
    }
  }
}

/// Everything of an entry that the log keeps, to be compared.
///
/// Names compare by their keys alone,
/// so the texts are compared as well.
func described(_ entry: Entry) -> String {
  "\(entry.offset.number) \(entry.stamp.microseconds) \(entry.session.number) "
    + "\(String(reflecting: entry.nonce)) \(entry.proposal) "
    + String(reflecting: Mirror(reflecting: entry.proposal).children.map { "\($0.value)" })
}
