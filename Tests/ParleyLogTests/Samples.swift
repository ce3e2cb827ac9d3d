import ParleyModel

/// Values of every kind, for what must come back as it was.
enum Samples {
  static let ann = Name(text: "Ann", key: "ann")
  static let room = Name(text: "kitchen", key: "kitchen")

  static let proposals: [Proposal] =
    [
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
      .quit(.connectionLost), .quit(.timedOut), .quit(.serverStopped),
      .quit(.kicked(by: "ana", reason: "no adverts")),
      .join(room), .add(ann), .leave(.current, then: .lobby), .close(.current), .close(.named(ann)),
      .leave(.named(ann), then: .nowhere),
      .setTopic(.current, ""), .setTopic(.named(room), "soup"),
      .say(.current, .say, "hello"), .say(.named(room), .action, "waves 👋"),
      .say(.named(ann), .notify, String(repeating: "ü", count: 2_000)),
      .post(.current, subject: "Dinner", body: "At eight.\nBring bread."),
      .reply(.named(room), to: Sequence(1 << 39), body: "I will."),
      .direct(.last, .say, "psst"), .direct(.named(ann), .action, "nods"),
      .remove(.room(.current), Sequence(3)), .remove(.room(.named(room)), Sequence(4)),
      .remove(.direct(ann), Sequence(5)),
      .away("lunch"), .away(""), .away(nil), .ignore(ann),
      .verified(.mark(.room(.current), through: nil)),
      .verified(.mark(.direct(ann), through: Sequence(8))),
      .settings(Settings(holdMicroseconds: 0)),
      .expireHeld(.held(1 << 40), until: Timestamp(microseconds: 9)),
      .verified(.guest(digest: [1, 2, 3], ann, autojoin: true)),
    ] + Self.moderations.map { .moderate($0) }
    + Self.moderations.suffix(2).map {
      .administer(.moderate($0), asOwner: true)
    }

  static let mask = AddressMask(PeerAddress(high: 0x2001_0DB8 << 32, low: 7), prefix: 64)

  static let moderations: [Moderation] = [
    .set(.current, .backlog(.count(5))), .set(.current, .backlog(.all)),
    .set(.named(room), .backlog(nil)), .set(.current, .isPrivate(true)),
    .set(.current, .isUnlisted(false)), .set(.current, .isPermanent(true)),
    .set(.current, .slow(seconds: 30)), .set(.current, .posting(.operators)),
    .kick(.current, ann, reason: "no adverts"), .kick(.named(room), ann, reason: ""),
    .grantOperator(.current, ann), .revokeOperator(.current, ann), .invite(.current, ann),
    .transfer(.current, ann), .disown(.named(room)), .removeAll(.current, .name(ann)),
    .removeAll(.current, .author(of: Sequence(9))),
    .report(.current, Sequence(1 << 39), reason: "an advert"),
    .lift(.room(.current), .mute, .name(ann)),
    .sanction(
      .server, .ban, .address(mask), microseconds: 3_600_000_000, reason: "a flood"),
    .sanction(
      .room(.named(room)), .mute, .mask(NameMask(text: "B*t", key: "b*t")), microseconds: nil,
      reason: ""),
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
        // Lines are never the first that a session does.
        address: PeerAddress(high: 0, low: self.isLine(offset) ? 0 : offset % 3),
        comeback: self.isLine(offset) ? nil : self.comebacks[Int(offset % 4)],
        proposal: self.proposals[Int(offset) % self.proposals.count])
    }
  }

  private static let comebacks: [Comeback?] = [
    nil, Comeback(holdsPlace: false), Comeback(cursors: []),
    Comeback(
      cursors: [
        ConversationCursor(
          .room(room), Cursor(epoch: Epoch(incarnation: 7, counter: 1), sequence: .zero)),
        ConversationCursor(
          .direct(ann), Cursor(epoch: Epoch(incarnation: .max, counter: 2), sequence: Sequence(9))),
      ]),
  ]

  private static func isLine(_ offset: UInt64) -> Bool {
    if case .say = self.proposals[Int(offset) % self.proposals.count] { true } else { false }
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
    + "\(String(reflecting: entry.nonce)) \(entry.address) \(entry.proposal) "
    + String(reflecting: Mirror(reflecting: entry.proposal).children.map { "\($0.value)" })
}

extension Samples {
  /// States of every kind, in the order of their keys, with and without what may be missing.
  static let states: [State] = [
    .conversation(
      ConversationState(
        settings: Settings(defaultBacklog: .all), incarnation: .max, lastEpoch: 3,
        lastRoom: RoomID(RoomID.numberMax), lastParticipant: ParticipantID(1 << 60),
        lastStamp: Timestamp(microseconds: -5))),
    .room(
      RoomState(
        id: RoomID(1), kind: .room, name: Name(text: "Kitchen", key: "kitchen"),
        epoch: Epoch(incarnation: .max, counter: .max), created: Timestamp(microseconds: 1))),
    .room(
      RoomState(
        id: RoomID(300), kind: .direct(ParticipantID(2), ParticipantID(9)),
        name: Name(text: "", key: ""), epoch: Epoch(incarnation: 0, counter: 1),
        created: Timestamp(microseconds: 2), owner: .participant(ParticipantID(7)),
        topic: Topic(text: "soup", by: "Ann", time: Timestamp(microseconds: 3)),
        options: RoomOptions(backlog: .count(0)), head: Sequence(1 << 39),
        position: Position(1 << 39),
        lastTime: Timestamp(microseconds: 4), posts: 12,
        emptySince: Timestamp(microseconds: 5))),
    .room(
      RoomState(
        id: RoomID(301), kind: .audit(RoomID(300)), name: Name(text: "", key: ""),
        epoch: Epoch(incarnation: 0, counter: 1), created: Timestamp(microseconds: 2),
        owner: .account(AccountID(1 << 40)),
        options: RoomOptions(
          backlog: .all, isPrivate: true, isUnlisted: true, isPermanent: true,
          slowSeconds: 21_600, posting: .operators),
        lastStanding: .max, audit: RoomID(302))),
    .participant(
      ParticipantState(
        id: ParticipantID(1), name: Samples.ann, since: Timestamp(microseconds: 0))),
    .participant(
      ParticipantState(
        id: ParticipantID(256), name: Samples.room, account: AccountID(4),
        since: Timestamp(microseconds: 9), away: "",
        ignored: [ParticipantID(3), ParticipantID(1 << 40)], lastDirect: ParticipantID(1),
        strangersSince: Timestamp(microseconds: 8), strangers: 60, token: [4, 5])),
    .session(SessionState(id: SessionID(1), participant: ParticipantID(1))),
    .session(
      SessionState(
        id: SessionID(2), participant: ParticipantID(1), current: RoomID(9),
        open: [RoomID(9), RoomID(1)], address: PeerAddress(high: 1, low: .max),
        returnsToLobby: false)),
    .session(
      SessionState(
        id: .held(2), participant: ParticipantID(1), open: [RoomID(1)], holdsPlace: true,
        held: HeldPlace(
          since: Timestamp(microseconds: 1), until: Timestamp(microseconds: 2),
          departure: .timedOut, heads: [HeldPlace.Head(RoomID(1), Sequence(1 << 39))]))),
    .member(
      MemberState(
        room: RoomID(1), participant: ParticipantID(1), joinedAfter: .zero,
        window: Window(firstLine: .zero, firstPost: Sequence(1)))),
    .member(
      MemberState(
        room: RoomID(256), participant: ParticipantID(300), joinedAfter: Sequence(4),
        window: Window(firstLine: Sequence(1 << 39), firstPost: Sequence(2)),
        closedAfter: Sequence(0), lastSpoke: Timestamp(microseconds: 7))),
    .nonce(
      NonceState(
        participant: ParticipantID(1), nonce: Nonce("a"), digest: .max,
        time: Timestamp(microseconds: 1), room: RoomID(2),
        id: MessageID(epoch: Epoch(incarnation: 1, counter: 2), sequence: Sequence(3)),
        sequence: Sequence(4), messageTime: Timestamp(microseconds: 5), name: "kitchen")),
    .nonce(
      NonceState(
        participant: ParticipantID(1), nonce: Nonce("b"), digest: 0,
        time: Timestamp(microseconds: 1), room: RoomID(2),
        id: MessageID(epoch: Epoch(incarnation: 1, counter: 2), sequence: Sequence(3)),
        sequence: Sequence(4), messageTime: Timestamp(microseconds: 5), name: "Ann",
        sessions: 0)),
    .standing(
      StandingState(
        room: RoomID(0), number: 1, kind: .ban, subject: .address(Samples.mask),
        title: "2001:db8::/64", by: "ana", since: Timestamp(microseconds: 1),
        until: Timestamp(microseconds: 2), reason: "a flood")),
    .standing(
      StandingState(
        room: RoomID(300), number: 1, kind: .operatorship,
        subject: .holder(.account(AccountID(4))), title: "ann", by: "bob",
        since: Timestamp(microseconds: 3))),
    .standing(
      StandingState(
        room: RoomID(300), number: 2, kind: .mute,
        subject: .name(NameMask(text: "B*t", key: "b*t")), title: "B*t",
        guest: GuestTrace(participant: ParticipantID(9), address: Samples.mask), by: "bob",
        since: Timestamp(microseconds: 3))),
    .standing(
      StandingState(
        room: RoomID(300), number: 300, kind: .invitation,
        subject: .holder(.participant(ParticipantID(1 << 40))), title: "cy",
        guest: GuestTrace(participant: ParticipantID(9), address: nil), by: "bob",
        since: Timestamp(microseconds: 3))),
  ]
}
