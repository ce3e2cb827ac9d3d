import ParleyModel

extension StateKey {
  /// The kinds as they stand in the column `kind`.
  enum Kind {
    static let conversation: Int64 = 1
    static let room: Int64 = 2
    static let participant: Int64 = 3
    static let session: Int64 = 4
    static let member: Int64 = 5
    static let nonce: Int64 = 6
    static let account: Int64 = 7
    static let invite: Int64 = 8
    static let standing: Int64 = 9
  }

  var kind: Int64 {
    switch self {
    case .conversation: Kind.conversation
    case .room: Kind.room
    case .participant: Kind.participant
    case .session: Kind.session
    case .member: Kind.member
    case .nonce: Kind.nonce
    case .account: Kind.account
    case .invite: Kind.invite
    case .standing: Kind.standing
    }
  }

  /// The key's numbers, the highest byte first: keys sort as their numbers do.
  var bytes: [UInt8] {
    switch self {
    case .conversation: []
    case .room(let room): Self.bytes(room.number)
    case .participant(let participant): Self.bytes(participant.number)
    case .session(let session): Self.bytes(session.number)
    case .member(let room, let participant):
      Self.bytes(room.number) + Self.bytes(participant.number)
    case .nonce(let participant, let nonce):
      Self.bytes(participant.number) + Array(nonce.text.utf8)
    case .account(let account): Self.bytes(account.number)
    case .invite(let number): Self.bytes(number)
    case .standing(let room, let number): Self.bytes(room.number) + Self.bytes(number)
    }
  }

  /// The room whose deletion takes the state with it.
  var room: RoomID? {
    switch self {
    case .room(let room), .member(let room, _), .standing(let room, _): room
    case .conversation, .participant, .session, .nonce, .account, .invite: nil
    }
  }

  static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}
