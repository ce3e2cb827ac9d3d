package import ParleyModel

/// What to do about a refusal in line mode.
package enum LineHint {
  /// What to do, or nil where the explanation says it all.
  package static func hint(_ refusal: Refusal) -> String? {
    switch refusal {
    case .badCommand(let command, let nearest): self.hint(command, nearest)
    case .badArguments: nil
    case .badName(_, let fault): self.hint(fault)
    case .badText(let fault): self.hint(fault)
    case .tooLong(let bounded, bytesMax: _): self.hint(bounded)
    case .nameTaken(_, let free): free.map { "\($0) is free" } ?? "choose another name"
    case .nameRegistered(let name, let free):
      "/login \(name) asks for its password; "
        + (free.map { "\($0) is free" } ?? "or choose another")
    case .badPassword: "try again"
    case .notLoggedIn: "give a name first"
    case .alreadyLoggedIn: "/nick NAME changes it"
    case .notAMember(let room): "/join \(room)"
    case .noCurrentRoom: "/join lobby, or name the room"
    case .noSuchRoom(let room): "/rooms lists them, /join \(room) makes it"
    case .noSuchName: "/who lists who is here"
    case .noSuchMessage: "/history shows what there is"
    case .messageRemoved: nil
    case .roomIsPrivate: "ask one of its operators for an invitation"
    case .banned(room: nil, until: _, reason: _): "ask who runs the server"
    case .banned: "its operators can lift the ban"
    case .muted: "/op lists the operators, who can lift it"
    case .notPermitted(let deed): self.hint(deed)
    case .tooMany: self.hint(tooMany: refusal)
    case .tooFast(_, let seconds): "try again in \(Self.time(seconds))"
    case .nonceReused: "draw another"
    case .storageUnavailable: "try again later; reading goes on"
    case .shuttingDown: "come back later"
    case .notAPost: "/list shows the posts, plain text answers a line"
    case .nobodyToAnswer: "/dm NAME TEXT sends one"
    case .alreadyInLobby: "/exit leaves the server"
    case .passwordTooShort: "choose a longer one"
    case .notRegistered: "/register makes one of your name"
    case .alreadyRegistered: "/login logs in to it"
    case .registrationClosed(let needsCode):
      needsCode ? "ask who runs it for one: /register CODE" : "ask who runs it for an account"
    case .accountNeeded: "/login NAME with the name of your account"
    case .noSuchAccount: nil
    case .tooBusy: "try again in a moment"
    case .scopeMissing: "make one that is: /token new SCOPES"
    case .noSuchToken: "/token lists them"
    case .noSuchInvite: nil
    case .noCertificate: "/login NAME asks for the password"
    case .notInClear(let hasTLS):
      hasTLS
        ? "connect with TLS, as openssl s_client -quiet -connect HOST:PORT does"
        : "this server has no TLS: ask who runs it"
    case .slowMode: nil
    case .noSuchStanding(_, _, room: nil): "/serverban lists them"
    case .noSuchStanding(let kind, _, _?): self.hint(kind)
    case .notInRoom: "/who lists who is"
    }
  }

  private static func hint(_ deed: Refusal.NotPermitted) -> String? {
    switch deed {
    case .setTopic, .removeMessage, .operate: "/op lists them, /room shows the owner"
    case .own: "/room shows who it is"
    case .post: "plain text says it"
    case .keepRoom: "/register makes your name an account"
    case .inviteBanned: "/unban lifts the ban"
    case .accountByToken, .directToSelf, .ignoreSelf, .oldMessage, .administer, .makeRoom, .outrank,
      .changeFixedRoom, .moderateSelf:
      nil
    }
  }

  private static func hint(_ kind: StandingKind) -> String {
    switch kind {
    case .operatorship: "/op lists them"
    case .ban: "/ban lists them"
    case .mute: "/mute lists them"
    case .invitation: "/invite lists them"
    }
  }

  /// `12 s`, `15 min`: never less than it is.
  private static func time(_ seconds: Int) -> String {
    seconds < 120 ? "\(seconds) s" : "\((seconds + 59) / 60) min"
  }

  private static func hint(_ command: String, _ nearest: String?) -> String {
    switch command.utf8.first {
    case UInt8(ascii: "/"), UInt8(ascii: "%"):
      let escape = "\(command.prefix(1))\(command) says it"
      guard let nearest else { return "/help lists the commands, \(escape)" }
      return "did you mean \(nearest)? \(escape)"
    default:
      // `dm bob hello`: what may be private is not said aloud.
      guard let nearest else { return "/help lists the commands" }
      // `LOGIN ana secret`, likewise.
      guard nearest.contains(" ") else {
        return "did you mean \(nearest)? a leading space says it to the room"
      }
      return "write \(nearest) for a direct message; a leading space says it to the room"
    }
  }

  private static func hint(_ fault: Refusal.NameFault) -> String {
    switch fault {
    case .empty, .badCharacter: "use letters, digits, hyphens, dots and underscores"
    case .tooLong:
      "a person's has at most \(Limits.nameScalarsMax) characters, a room's "
        + "\(Limits.roomNameScalarsMax)"
    case .badStart: "begin with a letter or a digit"
    case .reserved: "choose another name"
    }
  }

  private static func hint(_ fault: Refusal.TextFault) -> String {
    switch fault {
    case .empty: "write something"
    case .notUTF8: "send UTF-8"
    case .nul, .control, .bidirectional, .lineSeparator: "send it without"
    case .newline: "/post takes a text of several lines"
    }
  }

  private static func hint(_ bounded: Refusal.Bounded) -> String {
    switch bounded {
    case .line, .message: "send it in parts, or /post it"
    case .post, .subject, .topic, .name, .awayText, .lastWord, .search, .password, .label,
      .reason, .mask:
      "make it shorter"
    case .rooms, .members, .ignored, .roomsOfServer, .participants, .tokens, .certificates,
      .invites, .accounts, .standings, .ownedRooms, .strangers, .cursors:
      "make it less"
    }
  }

  private static func hint(tooMany refusal: Refusal) -> String? {
    guard case .tooMany(let bounded, max: _) = refusal else { return nil }
    switch bounded {
    case .rooms: return "/leave one first"
    case .ignored: return "/ignore NAME again shows somebody"
    case .search: return "leave some out"
    case .tokens: return "/token revoke N takes one away"
    case .certificates: return "/cert remove takes them away"
    case .standings: return "/op, /ban, /mute and /invite list them; take some back first"
    case .ownedRooms: return "/disown one, or /owner gives it to another"
    case .line, .message, .post, .subject, .topic, .name, .awayText, .lastWord, .members,
      .roomsOfServer, .participants, .password, .label, .invites, .accounts, .reason, .mask:
      return "try again later"
    case .cursors: return "give those of the conversations that were heard last"
    case .strangers: return "wait for an answer, or try again later"
    }
  }
}
