import NIOCore
import ParleyDoorKit
import ParleyIRCDoor
import ParleyModel
import Testing

@Suite struct `Every refusal` {
  /// Each there is, with each fault it can have.
  static let all: [Refusal] = Self.plain + Self.faults + Self.deeds + Self.tooMuch

  private static let plain: [Refusal] = [
    .badCommand("/jion", nearest: "/join"), .badCommand("/zzz", nearest: nil),
    .badCommand("dm", nearest: "DM NAME TEXT"), .badArguments(usage: "/join ROOM"),
    .nameTaken("ana", free: "ana2"), .nameTaken("ana", free: nil),
    .nameRegistered("ana", free: "ana2"), .badPassword, .notLoggedIn, .alreadyLoggedIn,
    .notAMember(room: "python"), .noCurrentRoom, .noSuchRoom("python"), .noSuchName("bob"),
    .noSuchMessage(conversation: "python", Sequence(9)),
    .messageRemoved(conversation: "python", Sequence(9), by: "bob"), .roomIsPrivate("python"),
    .tooFast(.guess, seconds: 2), .tooFast(.registration, seconds: 900), .nonceReused,
    .storageUnavailable,
    .shuttingDown, .notAPost(conversation: "python", Sequence(9)), .nobodyToAnswer,
    .alreadyInLobby, .passwordTooShort(min: 8), .notRegistered, .alreadyRegistered("ana"),
    .registrationClosed(needsCode: true), .registrationClosed(needsCode: false),
    .accountNeeded, .noSuchAccount("ana"), .tooBusy, .scopeMissing(.write), .noSuchToken(3),
    .noSuchInvite(3), .noCertificate, .notInClear(hasTLS: true), .notInClear(hasTLS: false),
    .banned(room: "python", until: nil, reason: ""),
    .banned(room: nil, until: Timestamp(microseconds: 1_700_000_000_000_000), reason: "a flood"),
    .muted(room: "python", until: nil),
    .muted(room: "python", until: Timestamp(microseconds: 1_700_000_000_000_000)),
    .slowMode(room: "python", seconds: 30), .notInRoom(name: "bob", room: "python"),
    .noSuchStanding(.operatorship, "bob", room: "python"),
    .noSuchStanding(.ban, "b*", room: nil), .noSuchStanding(.ban, "b*", room: "python"),
    .noSuchStanding(.mute, "bob", room: "python"),
    .noSuchStanding(.invitation, "bob", room: "python"),
  ]

  private static let faults: [Refusal] =
    [Refusal.NameFault.empty, .tooLong, .badCharacter, .badStart, .reserved].map {
      Refusal.badName("x", $0)
    }
    + [
      Refusal.TextFault.empty, .notUTF8, .nul, .control, .bidirectional, .lineSeparator, .newline,
    ].map { Refusal.badText($0) }

  private static let deeds: [Refusal] = [
    Refusal.NotPermitted.setTopic, .removeMessage, .directToSelf, .ignoreSelf, .oldMessage,
    .administer, .makeRoom, .operate, .own, .outrank, .post, .keepRoom, .changeFixedRoom,
    .moderateSelf, .inviteBanned,
  ].map { .notPermitted($0) }

  private static let tooMuch: [Refusal] =
    Self.bounds.map { Refusal.tooLong($0, bytesMax: 200) }
    + Self.bounds.map { Refusal.tooMany($0, max: 100) }

  private static let bounds: [Refusal.Bounded] = [
    .line, .message, .post, .subject, .topic, .name, .rooms, .members, .ignored, .awayText,
    .lastWord, .roomsOfServer, .participants, .search, .password, .tokens, .certificates,
    .invites, .accounts, .label, .standings, .reason, .mask, .ownedRooms, .strangers,
  ]

  @Test(arguments: `Every refusal`.all)
  func `is one line with its code and a sentence`(refusal: Refusal) {
    var talk = LineTalk.inside()
    talk.send("/rooms\n")
    let line = talk.refuse(refusal)
    #expect(line.hasPrefix("error \(refusal.code): "))
    #expect(line.hasSuffix("\n"))
    #expect(line.utf8.count { $0 == 0x0A } == 1)
    #expect(!line.hasSuffix(".\n"))
    #expect(line.utf8.allSatisfy { $0 == 0x0A || $0 >= 0x20 })
  }

  @Test(arguments: `Every refusal`.all)
  func `is one numeric of IRC`(refusal: Refusal) {
    var talk = IRCTalk.inside()
    let line = talk.refuse(refusal)
    #expect(line.hasPrefix(":parley.example "))
    #expect(line.hasSuffix("\r\n"))
    #expect(line.split(separator: " ").dropFirst(2).first == "ana")
    #expect(Int(line.split(separator: " ")[1]) ?? 0 >= 400)
  }

  @Test func `says what to do`() {
    var talk = LineTalk.inside()
    talk.send("/rooms\n")
    #expect(
      talk.refuse(.notAMember(room: "python"))
        == "error not_a_member: you have not joined python; /join python\n")
    #expect(
      talk.refuse(.badCommand("/jion", nearest: "/join"))
        == "error bad_command: there is no /jion; did you mean /join? //jion says it\n")
    #expect(
      talk.refuse(.badArguments(usage: "/join ROOM")) == "error bad_arguments: usage: /join ROOM\n")
    #expect(
      talk.refuse(.nameTaken("ana", free: "ana2"))
        == "error name_taken: ana is taken, or looks like a name that is; ana2 is free\n")
  }
}
