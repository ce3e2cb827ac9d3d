package import ParleyModel

/// What is said to people about each refusal, without what to do about it, which depends on the
/// door.
///
/// Holds nothing internal and nothing that a terminal would act on.
package enum RefusalText {
  /// One sentence without its full stop, in lower case.
  package static func explanation(_ refusal: Refusal) -> String {
    switch refusal {
    case .badCommand(let command, nearest: _): "there is no \(command)"
    case .badArguments(let usage): "usage: \(usage)"
    case .badName(let name, let fault): self.explanation(name, fault)
    case .badText(let fault): self.explanation(fault)
    case .tooLong(let bounded, let bytesMax):
      "\(self.singular(bounded)) has at most \(bytesMax) bytes"
    case .nameTaken(let name, free: _): "\(name) is taken, or looks like a name that is"
    case .nameRegistered(let name, free: _): "\(name) is the name of an account"
    case .badPassword: "the password is not right"
    case .notLoggedIn: "you have no name yet"
    case .alreadyLoggedIn: "you have a name already"
    case .notAMember(let room): "you have not joined \(room)"
    case .noCurrentRoom: "you are in no room"
    case .noSuchRoom(let room): "there is no room \(room)"
    case .noSuchName(let name): "nobody here is called \(name)"
    case .noSuchMessage(let conversation, let sequence):
      "\(conversation) has no message #\(sequence.number) that you may see"
    case .messageRemoved(let conversation, let sequence, let name):
      "message #\(sequence.number) of \(conversation) was removed by \(name)"
    case .roomIsPrivate(let room): "\(room) is private, and you are not invited"
    case .banned(let room, let until, let reason):
      "you are banned from \(room ?? "this server")" + self.end(until)
        + (reason.isEmpty ? "" : ": \(reason)")
    case .muted(let room, let until): "you are muted in \(room)" + self.end(until)
    case .notPermitted(let deed): self.explanation(deed)
    case .tooMany(let bounded, let max): "at most \(max) \(self.plural(bounded))"
    case .tooFast(.guess, seconds: _): "too many wrong passwords"
    case .tooFast(.registration, seconds: _): "too many names were registered from your address"
    case .nonceReused: "the nonce was used for another command"
    case .storageUnavailable: "the server cannot store anything now, and nothing was changed"
    case .shuttingDown: "the server is shutting down"
    case .notAPost(let conversation, let sequence):
      "message #\(sequence.number) of \(conversation) is not a post"
    case .nobodyToAnswer: "nobody has sent you a direct message"
    case .alreadyInLobby: "you are in the lobby already"
    case .passwordTooShort(let min): "a password has at least \(min) characters"
    case .notRegistered: "you have no account"
    case .alreadyRegistered(let name): "\(name) is an account already"
    case .registrationClosed(let needsCode):
      needsCode ? "registering here needs a code that is still good" : "registering is closed here"
    case .accountNeeded: "guests are not let in here"
    case .noSuchAccount(let name): "there is no account \(name)"
    case .tooBusy: "too many passwords wait to be checked"
    case .scopeMissing(let scopes): "the token that let you in is not for that (\(scopes.text))"
    case .noSuchToken(let number): "there is no token \(number)"
    case .noSuchInvite(let number): "there is no code \(number)"
    case .noCertificate: "your connection has no client certificate that opens an account"
    case .notInClear: "passwords and tokens may not cross a network in clear"
    case .slowMode(let room, let seconds):
      "\(room) is in slow mode: wait \(seconds) s"
    case .noSuchStanding(let kind, let name, let room):
      self.explanation(kind, name, room ?? "the server")
    case .notInRoom(let name, let room): "\(name) is not in \(room)"
    }
  }

  /// ` until 2026-11-21 14:05 UTC`, or nothing.
  private static func end(_ until: Timestamp?) -> String {
    until.map { " until \(CivilTime.text(of: $0)) UTC" } ?? ""
  }

  private static func explanation(
    _ kind: StandingKind, _ name: String, _ place: String
  ) -> String {
    switch kind {
    case .operatorship: "\(name) is not an operator of \(place)"
    case .ban: "there is no ban of \(name) from \(place)"
    case .mute: "there is no mute of \(name) in \(place)"
    case .invitation: "there is no invitation of \(name) to \(place)"
    }
  }

  private static func explanation(_ name: String, _ fault: Refusal.NameFault) -> String {
    switch fault {
    case .empty: "a name cannot be empty"
    case .tooLong: "\(name) is too long for a name"
    case .badCharacter: "\(name) has characters that a name cannot have"
    case .badStart: "\(name) begins with a character that a name cannot begin with"
    case .reserved: "\(name) is a name of the server's own, or looks like one"
    }
  }

  private static func explanation(_ fault: Refusal.TextFault) -> String {
    switch fault {
    case .empty: "there is no text in it"
    case .notUTF8: "it is not UTF-8"
    case .nul: "it has a NUL character in it"
    case .control: "it has a control character in it"
    case .bidirectional: "it has a character in it that changes the direction of writing"
    case .lineSeparator: "it has a line or paragraph separator (U+2028, U+2029) in it"
    case .newline: "it has several lines"
    }
  }

  private static func explanation(_ deed: Refusal.NotPermitted) -> String {
    switch deed {
    case .setTopic: "only the room's operators set its topic"
    case .removeMessage: "only its author and the room's operators remove a message"
    case .directToSelf: "a direct message goes to somebody else"
    case .ignoreSelf: "you cannot ignore yourself"
    case .oldMessage: "the message is too old for that; it can only be read"
    case .administer: "only an administrator may do that"
    case .makeRoom: "only some may make rooms here"
    case .operate: "only the room's operators may do that"
    case .own: "only the room's owner may do that"
    case .outrank: "that person's role is as high as yours, or higher"
    case .post: "only operators post in this room"
    case .keepRoom: "a permanent room needs an owner with an account"
    case .changeFixedRoom: "the lobby and the rooms of the configuration stay, open and listed"
    case .moderateSelf: "you cannot do that to yourself"
    case .inviteBanned: "whoever is banned from a room cannot be invited to it"
    case .accountByToken: "you came in with a token, and that takes the account's password"
    }
  }

  private static func singular(_ bounded: Refusal.Bounded) -> String {
    switch bounded {
    case .line: "a line"
    case .message: "a message"
    case .post: "a post"
    case .subject: "a subject"
    case .topic: "a topic"
    case .name: "a name"
    case .awayText: "an away text"
    case .lastWord: "a last word"
    case .search: "what is searched for"
    case .password: "a password"
    case .label: "what a token is called"
    case .reason: "a reason"
    case .mask: "a mask"
    case .rooms, .members, .ignored, .roomsOfServer, .participants, .tokens, .certificates,
      .invites, .accounts, .standings, .ownedRooms, .strangers, .cursors:
      "it"
    }
  }

  private static func plural(_ bounded: Refusal.Bounded) -> String {
    switch bounded {
    case .line: "lines"
    case .message: "messages"
    case .post: "posts"
    case .subject: "subjects"
    case .topic: "topics"
    case .name: "names"
    case .awayText: "away texts"
    case .lastWord: "last words"
    case .rooms: "rooms can be open or joined by one person"
    case .members: "people can be members of a room"
    case .ignored: "people can be ignored"
    case .roomsOfServer: "rooms can exist on this server"
    case .participants: "people can be on this server"
    case .search: "words can be searched for"
    case .password: "passwords"
    case .label: "names of tokens"
    case .tokens: "tokens can open one account"
    case .certificates: "certificates can open one account"
    case .invites: "codes can wait to be used"
    case .accounts: "accounts can exist on this server"
    case .reason: "reasons"
    case .mask: "masks"
    case .standings: "operators, bans, mutes and invitations can be kept"
    case .ownedRooms: "rooms can be owned by one person"
    case .cursors: "cursors can be given"
    case .strangers: "people whom you have not written with can be written to in an hour"
    }
  }
}
